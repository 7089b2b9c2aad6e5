"""What is asked for is checked before anything is built: a misspelt name would otherwise be ignored in silence."""

import csv
from collections.abc import Mapping
from pathlib import Path

import yaml

from models_py.errors import StudyError
from models_py.settings import Settings

PROJECT = Path("dbt_project")
SPLITS_SEED = PROJECT / "seeds/splits.csv"


def check_splits(settings: Settings) -> None:
    """Refuse names in SPLITS that the seed does not have, and splits by time where plays have no times.

    Raises
    ------
    StudyError
        Naming the splits that cannot be built and those that can.
    """
    with SPLITS_SEED.open(newline="") as file:
        kinds = {row["split_name"]: row["split_kind"] for row in csv.DictReader(file)}
    possible = [name for name, kind in kinds.items() if settings.source == "1k" or kind != "temporal"]
    wrong = [name for name in settings.splits if name not in possible]
    if wrong:
        raise StudyError(
            f"SPLITS names {', '.join(wrong)}, which {SPLITS_SEED} lacks for SOURCE={settings.source}: "
            f"choose from {', '.join(possible)}."
        )


def check_variables(settings: Settings) -> None:
    """Refuse names in VARS that the dbt project does not have.

    Raises
    ------
    StudyError
        Naming the unknown ones.
    """
    unknown = set(_given(settings)) - set(_defaults())
    if unknown:
        raise StudyError(
            f"VARS names {', '.join(sorted(unknown))}, which {PROJECT / 'dbt_project.yml'} lacks: see the vars there."
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
    """
    asked = {name: _text(value) for name, value in (_defaults() | _given(settings)).items()}
    asked["source_name"] = settings.source
    different = [name for name, value in asked.items() if value != _text(built_with[name])]
    missing = [name for name in settings.splits if name not in str(built_with["built_splits"]).split(",")]
    if different or missing:
        name = (different or ["SPLITS"])[0]
        built = _text(built_with["built_splits" if name == "SPLITS" else name])
        raise StudyError(
            f"The marts in {settings.warehouse} were built with {name} {built}, not {asked.get(name, missing)}: "
            "give the settings they were built with, or run `make evaluate`."
        )


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
