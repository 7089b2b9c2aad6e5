"""What is asked for is checked before anything is built: a misspelt name would otherwise be ignored in silence."""

import csv
import os
import shutil
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from models_py.errors import RawFileError, SettingError
from models_py.settings.environment import DEFAULT_DEMO, DEFAULT_RAW, Settings, is_event_file
from models_py.settings.paths import check_demo_folder, check_folder_name, check_published, check_target, why_misread
from models_py.settings.variables import check_variables
from models_py.sources.feedback import read_feedback
from models_py.sources.formats import Format, endings_in_words, format_of, formats

SPLITS_SEED = Path("dbt_project/seeds/splits.csv")
# outputs of profiles.yml on Spark
TARGETS = ("spark_local", "spark")
NEED_TIMES = ("temporal", "random_like", "leave_last")


def check_build(settings: Settings) -> None:
    """Refuse a build from raw files that cannot succeed, before a raw file is opened or a library is loaded.

    Raises
    ------
    MusicError
        Naming the setting.
    """
    check_study(settings)
    check_target(settings.warehouse)
    check_raw_folder(settings)
    read_feedback(settings.feedback)
    if not settings.has_event_files():
        check_demo_folder(settings.demo)


def check_build_on_spark(settings: Settings, target: str) -> None:
    """Refuse a target that is none, Spark where it cannot run, and a study that cannot be built.

    Raises
    ------
    MusicError
        Naming the setting, or what is missing.
    """
    check_target_of_spark(target)
    check = check_study if raw_is_address() else check_build
    check(settings)


def check_target_of_spark(target: str) -> None:
    """Refuse a target that is none, and Spark where it cannot run.

    Raises
    ------
    SettingError
        Naming the setting, or what is missing.
    """
    if target not in TARGETS:
        raise SettingError(f"TARGET is '{target}'; set it to {' or '.join(TARGETS)}, or leave it out for DuckDB.")
    if not all(map(find_spec, ("pyspark", "pyarrow", "dbt.adapters.spark"))):
        raise SettingError(
            "Spark is not installed: run `make build TARGET=spark_local`, which prepares .venv-spark, "
            "or install requirements-spark.lock beside requirements.lock."
        )
    if target == "spark_local":
        check_java()


def check_java() -> None:
    """Refuse to start Spark where there is no Java, which a session elsewhere does without.

    Raises
    ------
    SettingError
        Naming what is missing.
    """
    if not any(map(os.environ.get, ("JAVA_HOME", "SPARK_REMOTE"))) and not shutil.which("java"):
        raise SettingError("Spark needs Java 17 or newer: install it, or set JAVA_HOME to where it is.")


def is_address(path: str) -> bool:
    """Whether a path is an address, such as s3a://bucket/plays."""
    return "://" in path


def raw_is_address() -> bool:
    """Whether RAW is an address, which only the cluster can look at."""
    return is_address(os.environ.get("RAW", ""))


def check_fit(settings: Settings) -> None:
    """Refuse to fit on marts that are not there or cannot be replaced.

    Raises
    ------
    MusicError
        Naming the setting.
    """
    check_study(settings)
    check_published(settings.warehouse)
    check_target(settings.warehouse)


def check_study(settings: Settings) -> None:
    """Refuse splits and vars that the project does not have.

    Raises
    ------
    SettingError
        Naming them.
    """
    check_splits(settings)
    check_variables(settings)


def check_item_type(item_type: str) -> None:
    """Refuse what is no kind of item.

    Raises
    ------
    SettingError
        Naming both kinds.
    """
    if item_type not in ("track", "artist"):
        raise SettingError(f"'{item_type}' is no item type: give track or artist.")


def check_export(folder: Path) -> None:
    """Refuse a folder that holds anything, or cannot be made.

    Raises
    ------
    SettingError
        Naming the folder.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SettingError(f"{folder} is there already: name a folder that is not, or an empty one.")
    if not folder.absolute().parent.is_dir():
        raise SettingError(f"There is no folder {folder.absolute().parent}: make it first.")


def check_history(user_id: str) -> None:
    """Refuse a name that can be none of a folder, which is where a person's exports lie.

    Raises
    ------
    SettingError
    """
    if "/" in user_id or user_id.startswith(".") or why_misread(user_id):
        raise SettingError(f"'{user_id}' can be no folder's name: give --user without slashes and dots at its start.")


def check_playlist(user_id: str, choices: Sequence[str], form: str, output: Path | None) -> None:
    """Refuse to look for nobody's playlists, for several at once, and to write all that there are.

    Parameters
    ----------
    user_id : str
    choices : sequence of str
        The kind, the id, and the track that others are like; each may be empty.
    form : str
    output : Path or None

    Raises
    ------
    SettingError
        Naming the options.
    """
    kind, *others = choices
    if sum(map(bool, choices)) > 1:
        raise SettingError("--kind, --id and --like each choose a playlist: give one of them.")
    if user_id and choices[-1]:
        raise SettingError("--like gives the same tracks to everybody: leave --user out.")
    if not user_id and (kind or not any(others)):
        raise SettingError("Whose playlists? Give --user, or choose one by --id or --like.")
    if output and not any(choices):
        raise SettingError("A file holds one playlist: choose it by --kind, --id or --like.")
    if form and not output:
        raise SettingError(f"--format {form} is the form of a file: give --output too.")


def check_scales(scales: Sequence[str]) -> None:
    """Refuse sizes of look-alikes that are no positive numbers.

    Raises
    ------
    SettingError
        Naming the first such size.
    """
    for scale in scales:
        try:
            fits = 0 < float(scale) < float("inf")
        except ValueError:
            fits = False
        if not fits:
            raise SettingError(f"SCALES names {scale}: give positive numbers, such as SCALES='0.1 0.3 1'.")


def check_counts(data: str) -> None:
    """Refuse what is no file of play counts and no folder that holds one.

    Raises
    ------
    SettingError
        Naming DATA.
    """
    path = Path(data)
    is_folder = bool(data) and path.is_dir()
    names = os.listdir(path) if is_folder else [path.name] if path.is_file() else []
    if not any(map(is_event_file, names)):
        raise SettingError(
            f"DATA is {data or 'not set'}: name a .tsv or .tsv.gz file in the 360K format "
            "(user, artist MBID, artist, plays), or a folder that holds one."
        )
    if is_folder:
        check_folder_name("DATA", path)
    _check_file_names(path if is_folder else path.parent, names)


def check_raw_folder(settings: Settings) -> None:
    """Refuse a folder without event files, rather than take the demo for it, where somebody meant to load data.

    That is so where the folder was named, or holds profiles or metadata. Who names DEMO too has asked for the demo.

    Raises
    ------
    MusicError
        Naming the folder and what it holds.
    """
    names = _names_in(settings.raw)
    _check_file_names(settings.raw, names)
    beside = settings.profile_files() + settings.artist_tag_files() + settings.recording_feature_files()
    if settings.has_event_files() or not beside and (settings.raw == DEFAULT_RAW or settings.demo != DEFAULT_DEMO):
        return
    found = sorted(path.name for path in beside) or names
    holds = f"only {', '.join(found[:3])}{', ...' * (len(found) > 3)}" if found else "nothing"
    remedy = "take what is there out" if beside else "leave RAW out"
    raise SettingError(
        f"{settings.raw} holds no event file ({endings_in_words()}), {holds}: "
        f"put one there, or {remedy} to see the demo."
    )


def check_splits(settings: Settings, recognized: Sequence[str] | None = None) -> None:
    """Refuse names in SPLITS that the seed does not have, and splits that the data lack something for.

    Splits by time need times. Groups are for items without artists: tracks that have artists are grouped by them.

    Parameters
    ----------
    settings : Settings
        The study.
    recognized : sequence of str or None
        Formats of the event files; None where they are not looked at yet, and the demo is that of SOURCE.

    Raises
    ------
    SettingError
        Naming the splits that cannot be built and those that can.
    """
    with SPLITS_SEED.open(newline="") as file:
        kinds = {row["split_name"]: row["split_kind"] for row in csv.DictReader(file)}
    if recognized is None and not settings.has_event_files():
        recognized = [format_of(settings.source)]
    lacking = {} if recognized is None else _kinds_lacking([formats()[name] for name in recognized])
    possible = [name for name, kind in kinds.items() if kind not in lacking]
    wrong = [name for name in settings.splits if name not in possible]
    if wrong:
        reason = next((lacking[kinds[name]] for name in wrong if name in kinds), "")
        raise SettingError(
            f"SPLITS names {', '.join(wrong)}, which {SPLITS_SEED} lacks{reason}: choose from {', '.join(possible)}."
        )


def _kinds_lacking(given: Sequence[Format]) -> dict[str, str]:
    """Name the kinds of split that data of these formats cannot have, with the reason."""
    lacking = {}
    if not any(one.has_times for one in given):
        lacking |= dict.fromkeys(NEED_TIMES, " for plays without times")
    if any(one.has_tracks for one in given):
        lacking["random_groups"] = " for tracks whose artists are known"
    return lacking


def _names_in(raw: Path) -> list[str]:
    """List a folder; the default one comes with the first raw file."""
    try:
        return sorted(os.listdir(raw))
    except OSError as error:
        if raw == DEFAULT_RAW and isinstance(error, FileNotFoundError):
            return []
        raise SettingError(
            f"RAW is {raw}, which is no folder that can be read ({error.strerror}): "
            "name the folder that holds the raw files."
        ) from error


def _check_file_names(folder: Path, names: list[str]) -> None:
    for name in names:
        if reason := why_misread(name):
            raise RawFileError(f"{folder / name} has a name {reason}: rename it.")
