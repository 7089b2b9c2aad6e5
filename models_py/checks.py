"""What is asked for is checked before anything is built: a misspelt name would otherwise be ignored in silence."""

import csv
import os
from collections.abc import Mapping
from pathlib import Path

import yaml

from models_py.errors import StudyError, WarehouseError
from models_py.settings import DEFAULT_DEMO, DEFAULT_RAW, Settings

PROJECT = Path("dbt_project")
SPLITS_SEED = PROJECT / "seeds/splits.csv"
NEED_TIMES = ("temporal", "leave_last")
MAY_BE_ZERO = ("tuning_budget_seconds", "random_seed", "min_age")


def check_raw_folder(settings: Settings) -> None:
    """Refuse a folder without event files, rather than take the demo for it, where somebody meant to load data.

    That is so where the folder was named, or holds profiles or metadata. Who names DEMO too has asked for the demo.

    Raises
    ------
    StudyError
        Naming the folder and what it holds.
    """
    if settings.raw != DEFAULT_RAW and not settings.raw.is_dir():
        raise StudyError(f"RAW is {settings.raw}, which is no folder: name the folder that holds the raw files.")
    beside = settings.profile_files() + settings.artist_tag_files() + settings.recording_feature_files()
    if settings.event_files() or not beside and (settings.raw == DEFAULT_RAW or settings.demo != DEFAULT_DEMO):
        return
    found = sorted(path.name for path in beside) or sorted(os.listdir(settings.raw))
    holds = f"only {', '.join(found[:3])}{', ...' * (len(found) > 3)}" if found else "nothing"
    remedy = "take what is there out" if beside else "leave RAW out"
    raise StudyError(
        f"{settings.raw} holds no event file (.tsv or .tsv.gz), {holds}: put one there, or {remedy} to see the demo."
    )


def check_splits(settings: Settings) -> None:
    """Refuse names in SPLITS that the seed does not have, and splits by time where plays have no times.

    Raises
    ------
    StudyError
        Naming the splits that cannot be built and those that can.
    """
    with SPLITS_SEED.open(newline="") as file:
        kinds = {row["split_name"]: row["split_kind"] for row in csv.DictReader(file)}
    possible = [name for name, kind in kinds.items() if settings.source == "1k" or kind not in NEED_TIMES]
    wrong = [name for name in settings.splits if name not in possible]
    if wrong:
        raise StudyError(
            f"SPLITS names {', '.join(wrong)}, which {SPLITS_SEED} lacks for SOURCE={settings.source}: "
            f"choose from {', '.join(possible)}."
        )


def check_variables(settings: Settings) -> None:
    """Refuse names in VARS that the dbt project does not have, and values that no study can be built with.

    Raises
    ------
    StudyError
        Naming the unknown vars, or the value that is out of range.
    """
    given, defaults = _given(settings), _defaults()
    unknown = set(given) - set(defaults)
    if unknown:
        raise StudyError(
            f"VARS names {', '.join(sorted(unknown))}, which {PROJECT / 'dbt_project.yml'} lacks: see the vars there."
        )
    for name, value in given.items():
        least = 0 if name in MAY_BE_ZERO else 1
        if not _fits(value, defaults[name], least):
            raise StudyError(f"VARS gives {name} as {value!r}: it has to be {_wanted(defaults[name], least)}.")
    numbers = defaults | given
    longest = max([*numbers["metric_cutoffs"], numbers["headline_k"]])
    if numbers["list_length"] < longest:
        raise StudyError(
            f"VARS gives lists of {numbers['list_length']} items, but metrics go to {longest}: "
            "raise list_length, or lower metric_cutoffs and headline_k."
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
    StudyError
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
        raise StudyError(
            f"The marts in {settings.warehouse} were built with {name} {built}, not {asked.get(name, missing)}: "
            "give the settings they were built with, or run `make evaluate`."
        )


def _fits(value: object, default: object, least: int) -> bool:
    """Tell whether a value is of the default's kind: yes or no, a list of whole numbers, a share, a number, or text."""
    if isinstance(default, bool):
        return isinstance(value, bool)
    if isinstance(default, list):
        return isinstance(value, list) and len(value) > 0 and all(_fits(one, default[0], least) for one in value)
    if isinstance(default, float):
        return isinstance(value, int | float) and 0 <= value <= 1
    if isinstance(default, int):
        return isinstance(value, int) and not isinstance(value, bool) and value >= least
    return isinstance(value, str)


def _wanted(default: object, least: int) -> str:
    """Name the kind of value that `_fits` asks for."""
    if isinstance(default, bool):
        return "true or false"
    number = f"a whole number from {least}"
    if isinstance(default, list):
        return f"a list of at least one element, each {number}"
    return "a share from 0 to 1" if isinstance(default, float) else number if isinstance(default, int) else "a text"


def _defaults() -> dict[str, object]:
    return yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]


def _given(settings: Settings) -> dict[str, object]:
    try:
        given = yaml.safe_load(settings.variables) or {}
    except yaml.YAMLError as error:
        raise StudyError(f"VARS is {settings.variables}, which is not YAML: write VARS='{{name: value}}'.") from error
    if not isinstance(given, dict):
        raise StudyError(f"VARS is {settings.variables}, which names no values: write VARS='{{name: value}}'.")
    return given


def _text(value: object) -> str:
    """Write a value as the warehouse gives it back."""
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{float(value):g}"
    return str(value)
