"""The numbers in VARS: each has to be a var of the dbt project, of its kind, and to agree with the others."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import yaml

from models_py.diversity.kinds import KINDS
from models_py.errors import SettingError, WarehouseError
from models_py.settings.environment import Settings
from models_py.sources.formats import PROJECT_FILE

LARGEST = 2**31 - 1
# the smallest and largest whole number of a var, where that is another than 1 and LARGEST
LEAST = {
    "tuning_budget_seconds": 0,
    "random_seed": 0,
    "min_age": 0,
    "max_tracks_per_artist": 0,
    "min_played_seconds": 0,
    "merge_seconds": 0,
    "period_days": 0,
    # one cluster or theme, or one item to judge a theme by, tells nothing apart
    "cluster_counts": 2,
    "theme_counts": 2,
    "theme_top_items": 2,
}
MOST = {
    "min_age": 150,
    "max_age": 150,
    "session_gap_minutes": 525_600,
    "min_played_seconds": 3600,
    "merge_seconds": 3600,
    "personal_half_life_days": 36_500,
    "window_days": 36_500,
    "period_days": 36_500,
    "playlist_recent_days": 36_500,
    "playlist_forgotten_days": 36_500,
    "k_core_rounds": 100,
    "bootstrap_draws": 1_000_000,
    "permutation_draws": 1_000_000,
}
# the values of a var that is one of some words, or null
CHOICES = {"diversity_kind": KINDS}
TIME = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d:\d\d)?", re.ASCII)
# where plays may lie when a var leaves it open; the load itself looks at the file
FIRST_PLAY = datetime(2002, 1, 1)


def check_variables(settings: Settings) -> None:
    """Refuse names in VARS that the dbt project does not have, and values that no study can be built with.

    Raises
    ------
    SettingError
        Naming the unknown vars, or the value that is out of range.
    """
    given, defaults = _given(settings), _defaults()
    unknown = set(map(str, given)) - set(defaults)
    if unknown:
        raise SettingError(f"VARS names {', '.join(sorted(unknown))}, which {PROJECT_FILE} lacks: see the vars there.")
    for name, value in given.items():
        if not (_is_choice(value, name) if name in CHOICES else _fits(value, defaults[name], *_bounds(name))):
            raise SettingError(f"VARS gives {name} as {value!r}: it has to be {_wanted(defaults[name], name)}.")
        if isinstance(value, list) and len(set(value)) < len(value):
            raise SettingError(f"VARS gives {name} as {value}, which names a number twice: name each once.")
    _check_pairs(defaults | given)


def with_variable(settings: Settings, name: str, value: object) -> Settings:
    """Set a var beside those in VARS.

    Raises
    ------
    SettingError
        Where VARS cannot be read.
    """
    return replace(settings, variables=json.dumps(_given(settings) | {name: value}, default=str))


def _check_pairs(numbers: Mapping[str, object]) -> None:
    """Refuse limits that leave nothing between them."""
    longest = max([*numbers["metric_cutoffs"], numbers["headline_k"]])
    if numbers["list_length"] < longest:
        raise SettingError(
            f"VARS gives lists of {numbers['list_length']} items, but metrics go to {longest}: "
            "raise list_length, or lower metric_cutoffs and headline_k."
        )
    if numbers["min_age"] > numbers["max_age"]:
        raise SettingError(
            f"VARS gives min_age {numbers['min_age']} above max_age {numbers['max_age']}, which no age fits: "
            "lower the first, or raise the second."
        )
    # of n clusters the largest holds at least 1/n
    most = max(numbers["cluster_counts"])
    if numbers["max_cluster_share"] * most < 1:
        raise SettingError(
            f"VARS gives max_cluster_share {numbers['max_cluster_share']:g}, which no solution with up to {most} "
            f"clusters can keep to: give at least 1/{most}, or more cluster_counts."
        )
    first = _as_time(numbers["first_plausible_play"]) or FIRST_PLAY
    last = _as_time(numbers["last_plausible_play"]) or datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
    if first > last:
        raise SettingError(
            f"VARS gives plausible plays from {first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S}, which no play "
            "fits: set first_plausible_play to the earlier and last_plausible_play to the later time."
        )


def check_same_study(settings: Settings, built_with: Mapping[str, object]) -> None:
    """Refuse to fit with other numbers than those the marts were built with, since the halves would contradict.

    Parameters
    ----------
    settings : Settings
        What is asked for now.
    built_with : mapping
        The row of `evaluation_parameters`.

    Raises
    ------
    SettingError
        Naming the first difference.
    WarehouseError
        Where the row lacks a number: the marts are of another version.
    """
    asked = {name: _text(value) for name, value in (_defaults() | _given(settings)).items()}
    asked["source_name"] = settings.source
    lacking = sorted({*asked, "built_splits"} - set(built_with))
    if lacking:
        raise WarehouseError(
            f"{settings.warehouse} was built by another version, which knew no {', '.join(lacking)}: "
            "run `make evaluate` to build it anew."
        )
    different = [name for name, value in asked.items() if value != _text(built_with[name])]
    missing = [name for name in settings.splits if name not in str(built_with["built_splits"]).split(",")]
    if different or missing:
        name = (different or ["SPLITS"])[0]
        built = _text(built_with["built_splits" if name == "SPLITS" else name])
        raise SettingError(
            f"The marts in {settings.warehouse} were built with {name} {built}, not {asked.get(name, missing)}: "
            "give the settings they were built with, or run `make evaluate`."
        )


def _fits(value: object, default: object, least: int, most: int) -> bool:
    """Tell whether a value is of the default's kind; a var that is null or a text by default is a time."""
    if isinstance(default, list):
        return isinstance(value, list) and len(value) > 0 and all(_fits(one, default[0], least, most) for one in value)
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, float):
        # a fraction is a share, a number above 1 a factor
        return isinstance(value, int | float) and (1 <= value <= LARGEST if default > 1 else 0 <= value <= 1)
    if isinstance(default, int):
        return isinstance(value, int) and least <= value <= most
    return value is None or _as_time(value) is not None


def _is_choice(value: object, name: str) -> bool:
    return value is None or value in CHOICES[name]


def _wanted(default: object, name: str) -> str:
    """Name the kind of value that `_fits` or `_is_choice` asks for."""
    if name in CHOICES:
        return f"{', '.join(map(repr, CHOICES[name]))} or null"
    if isinstance(default, bool):
        return "true or false"
    if isinstance(default, float):
        return "a number from 1" if default > 1 else "a share from 0 to 1"
    least, most = _bounds(name)
    number = f"a whole number from {least}{f' to {most}' if name in MOST else ''}"
    if isinstance(default, list):
        return f"a list of at least one element, each {number}"
    return number if isinstance(default, int) else "a time such as '2009-12-31 23:59:59' (UTC), a date, or null"


def _bounds(name: str) -> tuple[int, int]:
    return LEAST.get(name, 1), MOST.get(name, LARGEST)


def _as_time(value: object) -> datetime | None:
    """Read a time without a zone; nothing where it is none."""
    if isinstance(value, date):
        value = value.isoformat()
    if not isinstance(value, str) or not TIME.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _defaults() -> dict[str, object]:
    declared = yaml.safe_load(PROJECT_FILE.read_text("utf-8"))["vars"]
    return {name: value for name, value in declared.items() if name != "formats"}


class _NamedOnce(yaml.SafeLoader):
    """Refuses a mapping that names a key twice, of which YAML readers take the last in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        names = [key.value for key, _ in node.value]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise SettingError(f"VARS names {twice[0]} twice: name it once.")
        return super().construct_mapping(node, deep)


def _given(settings: Settings) -> dict[str, object]:
    try:
        given = yaml.load(settings.variables, _NamedOnce) or {}  # noqa: S506, a safe loader
    # a date that no calendar has is a ValueError
    except (yaml.YAMLError, ValueError) as error:
        raise SettingError(
            f"VARS is {settings.variables}, which is not YAML ({' '.join(str(error).split())}): "
            "write VARS='{name: value}'."
        ) from error
    if not isinstance(given, dict):
        raise SettingError(f"VARS is {settings.variables}, which names no values: write VARS='{{name: value}}'.")
    return given


def _text(value: object) -> str:
    """Write a value as the warehouse gives it back."""
    if time := _as_time(value):
        return str(time)
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)
