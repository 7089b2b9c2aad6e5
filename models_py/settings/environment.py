"""Where things are: the environment variables that every command reads, in one place."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models_py.errors import SettingError
from models_py.settings.paths import check_folder_name, check_warehouse_name
from models_py.settings.sizes import read_size
from models_py.sources.archives import folders_of
from models_py.sources.folder import TSV, Candidate, archives_in, candidates, is_named_like_events

SOURCES = ("1k", "360k")
DEFAULT_RAW = Path("warehouse/raw")
DEFAULT_DEMO = Path("warehouse/demo")
DEFAULT_FEEDBACK = Path("warehouse/feedback.csv")
PROFILE_PREFIXES = ("userid-profile", "usersha1-profile")
ARTIST_TAGS_PREFIX = "artist-tags"
RECORDING_FEATURES_PREFIX = "recording-features"
OTHER_PREFIXES = (*PROFILE_PREFIXES, ARTIST_TAGS_PREFIX, RECORDING_FEATURES_PREFIX)
# Earlier versions of the published warehouse that are kept, and the most that may be
KEPT_VERSIONS, MOST_VERSIONS = "2", 100
# DuckDB's own limit, below which not even a few plays can be built, and Python's
LEAST_MEMORY = {"MEMORY_LIMIT": "24MB", "PYTHON_MEMORY_LIMIT": "1MB"}


@dataclass(frozen=True)
class Settings:
    """Folders, files and choices of one study.

    Attributes
    ----------
    raw : Path
        Folder of the raw files.
    source : str
        '1k' (plays with times) or '360k' (play counts): the demo that is used, the data that are downloaded, and how an
        event file is read if no first line of the raw folder tells its format.
    warehouse : Path
        The published warehouse file.
    demo : Path
        Folder of the embedded demo, used when `raw` holds no event file.
    splits : tuple of str
        Splits to build beside the default ones.
    variables : str
        dbt vars as YAML.
    may_replace : bool
        Whether a build may replace a published warehouse of real data by the demo or by one with none of its users.
    feedback : Path
        File of what people hide and love; it may be missing.
    kept_versions : int
        Earlier published warehouses that stay when a new one is published.
    given_unpacked : Path or None
        Folder that archives of raw files are unpacked in; 'unpacked' beside the warehouse where it is None.
    """

    raw: Path
    source: str
    warehouse: Path
    demo: Path
    splits: tuple[str, ...]
    variables: str
    may_replace: bool = False
    feedback: Path = DEFAULT_FEEDBACK
    kept_versions: int = int(KEPT_VERSIONS)
    given_unpacked: Path | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read what is set, from RAW to KEEP_VERSIONS, and look at memory limits.

        Raises
        ------
        SettingError
            Where SOURCE, REPLACE or KEEP_VERSIONS is none of what it can be, a limit is no size, or a path would be
            misread.
        """
        source = environment.get("SOURCE") or "1k"
        if source not in SOURCES:
            raise SettingError(f"SOURCE is '{source}'; set it to 1k (plays with times) or 360k (play counts).")
        replace = environment.get("REPLACE") or "no"
        if replace not in ("yes", "no"):
            raise SettingError(f"REPLACE is '{replace}'; set it to yes or no.")
        kept = environment.get("KEEP_VERSIONS") or KEPT_VERSIONS
        if not re.fullmatch("[0-9]{1,3}", kept) or int(kept) > MOST_VERSIONS:
            raise SettingError(f"KEEP_VERSIONS is '{kept}'; set it to a whole number from 0 to {MOST_VERSIONS}.")
        for name, least in LEAST_MEMORY.items():
            if limit := environment.get(name):
                read_size(name, limit, least)
        settings = cls(
            raw=Path(environment.get("RAW") or DEFAULT_RAW),
            source=source,
            warehouse=Path(environment.get("WAREHOUSE") or "warehouse/lastfm.duckdb"),
            demo=Path(environment.get("DEMO") or DEFAULT_DEMO),
            splits=tuple(dict.fromkeys((environment.get("SPLITS") or "").replace(",", " ").split())),
            variables=environment.get("VARS") or "{}",
            may_replace=replace == "yes",
            feedback=Path(environment.get("FEEDBACK") or DEFAULT_FEEDBACK),
            kept_versions=int(kept),
            given_unpacked=Path(environment["UNPACKED"]) if environment.get("UNPACKED") else None,
        )
        check_warehouse_name(settings.warehouse)
        check_folder_name("RAW", settings.raw)
        check_folder_name("DEMO", settings.demo)
        check_folder_name("FEEDBACK", settings.feedback)
        return settings

    @property
    def unpacked(self) -> Path:
        """Folder that archives of raw files are unpacked in."""
        return self.given_unpacked or self.warehouse.parent / "unpacked"

    def has_event_files(self) -> bool:
        """Whether the raw folder holds a file that is read for plays, or an archive that may hold one."""
        return bool(self.archives() or self.event_files())

    def archives(self) -> list[Path]:
        """Every archive of the raw folder and the folders in it, by name."""
        return archives_in(self.raw)

    def candidates(self) -> list[Candidate]:
        """Every file that may hold plays: of the raw folder, the folders in it, and what is unpacked of archives."""
        return candidates(self.raw, OTHER_PREFIXES, folders_of(self.archives(), self.unpacked))

    def event_files(self) -> list[Path]:
        """Every event file, in order of its name within the raw folder."""
        return [one.path for one in self.candidates() if one.is_event_file]

    def profile_files(self) -> list[Path]:
        """Every profile file of the raw folder, by name."""
        return [path for path in self._raw_files(*TSV) if path.name.startswith(PROFILE_PREFIXES)]

    def artist_tag_files(self) -> list[Path]:
        """Every file of artists' tags in the raw folder, by name."""
        return [path for path in self._raw_files(*TSV) if path.name.startswith(ARTIST_TAGS_PREFIX)]

    def recording_feature_files(self) -> list[Path]:
        """Every file of recordings' features in the raw folder, by name."""
        return [path for path in self._raw_files(".csv", ".csv.gz") if path.name.startswith(RECORDING_FEATURES_PREFIX)]

    def _raw_files(self, *endings: str) -> list[Path]:
        names = sorted(os.listdir(self.raw)) if self.raw.is_dir() else []
        return [self.raw / name for name in names if _is_raw_file(name, endings)]


def is_event_file(name: str) -> bool:
    """Tell whether a file of this name may be read for plays."""
    return is_named_like_events(name, OTHER_PREFIXES)


def _is_raw_file(name: str, endings: tuple[str, ...]) -> bool:
    return name.endswith(endings) and name[0] != "."
