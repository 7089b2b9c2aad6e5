"""Numbers in VARS that no study can be built with, each refused in one sentence before anything is built."""

import numpy as np
import pytest
import yaml
from conftest import ROOT
from staging_sql import one_line

from models_py.errors import SettingError
from models_py.settings.environment import Settings
from models_py.settings.variables import (
    CHOICES,
    FIRST_PLAY,
    LEAST,
    MOST,
    check_same_study,
    check_variables,
    with_variable,
)

DEFAULTS = yaml.safe_load((ROOT / "dbt_project/dbt_project.yml").read_text())["vars"]
# what formats of files look like is no number of a study
del DEFAULTS["formats"]


def check(variables: str) -> None:
    """Check a text as VARS."""
    check_variables(Settings.from_environment({"VARS": variables}))


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ("{theme_counts: [8, 8], tuning_trials: 2}", "theme_counts as [8, 8], which names a number twice"),
        ("{metric_cutoffs: [5, 10, 5]}", "which names a number twice"),
        ("{tuning_trials: 2, tuning_trials: 3}", "VARS names tuning_trials twice"),
        ("tuning_trials: 2\ntuning_trials: 2", "VARS names tuning_trials twice"),
        ("{tuning_trial: 3}", "VARS names tuning_trial, which"),
        ("{1: 3, a: 4}", "VARS names 1, a, which"),
        ("{min_age: 50, max_age: 20}", "min_age 50 above max_age 20"),
        ("{min_age: 120}", "min_age 120 above max_age 100"),
        ("{max_age: 1000}", "a whole number from 1 to 150"),
        ("{list_length: 20}", "metrics go to 100"),
        ("{headline_k: 200}", "metrics go to 200"),
        ("{cluster_counts: [2, 4], max_cluster_share: 0.1}", "no solution with up to 4 clusters"),
        ("{cluster_counts: [1]}", "each a whole number from 2"),
        ("{theme_counts: []}", "a list of at least one element"),
        ("{theme_counts: 8}", "a list of at least one element"),
        ("{theme_counts: [8.0]}", "a list of at least one element"),
        ("{theme_counts: [[8]]}", "a list of at least one element"),
        ("{tuning_trials: 0}", "tuning_trials as 0: it has to be a whole number from 1"),
        ("{tuning_trials: 2.5}", "a whole number from 1"),
        ("{tuning_trials: '2'}", "a whole number from 1"),
        ("{tuning_trials: true}", "a whole number from 1"),
        ("{tuning_trials: null}", "a whole number from 1"),
        ("{random_seed: 2147483648}", "a whole number from 0"),
        ("{random_seed: -1}", "a whole number from 0"),
        ("{window_days: [30, 99999999]}", "each a whole number from 1 to 36500"),
        ("{k_core_rounds: 5000}", "from 1 to 100"),
        ("{max_cluster_share: 2}", "a share from 0 to 1"),
        ("{max_cluster_share: .nan}", "a share from 0 to 1"),
        ("{max_cluster_share: .inf}", "a share from 0 to 1"),
        ("{max_cluster_share: true}", "a share from 0 to 1"),
        ("{diversity_kind: genres}", "'artists', 'tags', 'mix' or null"),
        ("{diversity_kind: [tags]}", "'artists', 'tags', 'mix' or null"),
        ("{diversity_kind: true}", "'artists', 'tags', 'mix' or null"),
        ("{diversity_lambda: 1.5}", "a share from 0 to 1"),
        ("{serve_users_without_plays: 1}", "true or false"),
        ("{serve_users_without_plays: 'yes'}", "true or false"),
        ("{first_plausible_play: yesterday}", "a time such as '2009-12-31 23:59:59' (UTC), a date, or null"),
        ("{first_plausible_play: 2009}", "a time such as"),
        ("{first_plausible_play: '2009-02-30'}", "a time such as"),
        ("{first_plausible_play: '2009-01-01 00:00:00+02'}", "a time such as"),
        ("{first_plausible_play: 2009-01-01T00:00:00Z}", "a time such as"),
        ("{first_plausible_play: infinity}", "a time such as"),
        ("{first_plausible_play: 2009-01-02, last_plausible_play: 2009-01-01}", "which no play fits"),
        ("{last_plausible_play: 2009-13-01}", "which is not YAML (month must be in 1..12)"),
        ("{last_plausible_play: '1999-12-31 23:59:59'}", "from 2002-01-01 00:00:00 to 1999-12-31 23:59:59"),
        ("{first_plausible_play: 9000-01-01}", "plausible plays from 9000-01-01"),
        ("{unfinished: [", "not YAML"),
        ("[1, 2]", "names no values"),
        ("tuning_trials=3", "names no values"),
    ],
)
def test_what_no_study_can_be_built_with_is_refused(variables: str, sentence: str) -> None:
    with pytest.raises(SettingError) as caught:
        check(variables)
    assert sentence in str(caught.value)
    assert one_line(str(caught.value).replace(variables, "..."))


@pytest.mark.parametrize(
    "variables",
    [
        "",
        "{}",
        yaml.safe_dump(DEFAULTS),
        "{first_plausible_play: null, last_plausible_play: null}",
        "{first_plausible_play: 2009-01-01, last_plausible_play: '2009-12-31T23:59:59'}",
        "{first_plausible_play: '2019-01-01 00:00:00'}",
        "{min_age: 0, max_age: 150}",
        "{min_age: 30, max_age: 30}",
        "{serve_users_without_plays: true}",
        "{diversity_kind: mix, diversity_lambda: 0}",
        "{diversity_kind: null, diversity_lambda: 1}",
        "{cluster_counts: [2], max_cluster_share: 0.5}",
        "{max_cluster_share: 1, random_seed: 0, tuning_budget_seconds: 0}",
        "{metric_cutoffs: [20, 5]}",
        "{undersold_ratio: 3}",
    ],
)
def test_what_can_be_built_passes(variables: str) -> None:
    check(variables)


def test_every_bound_and_choice_is_of_a_var() -> None:
    assert set(LEAST) | set(MOST) | set(CHOICES) <= set(DEFAULTS)


def test_times_are_the_same_however_they_are_written() -> None:
    built = DEFAULTS | {"first_plausible_play": "2009-01-01 00:00:00", "last_plausible_play": None}
    lists = {name: ",".join(map(str, value)) for name, value in DEFAULTS.items() if isinstance(value, list)}
    row = built | lists | {"source_name": "1k", "built_splits": "full"}
    for text in ("2009-01-01", "'2009-01-01 00:00:00'", "2009-01-01T00:00:00"):
        check_same_study(Settings.from_environment({"VARS": f"{{first_plausible_play: {text}}}"}), row)
    with pytest.raises(SettingError, match="first_plausible_play 2009-01-01 00:00:00, not 2009-01-02 00:00:00"):
        check_same_study(Settings.from_environment({"VARS": "{first_plausible_play: 2009-01-02}"}), row)


@pytest.mark.parametrize("value", [1_000_000, np.int32(1_000_000), 1_000_000.0])
def test_large_numbers_are_the_same_as_the_warehouse_gives_them_back(value: object) -> None:
    lists = {name: ",".join(map(str, of_var)) for name, of_var in DEFAULTS.items() if isinstance(of_var, list)}
    row = DEFAULTS | lists | {"source_name": "1k", "built_splits": "full", "max_tuning_cells": value}
    check_same_study(Settings.from_environment({"VARS": "{max_tuning_cells: 1000000}"}), row)


def test_the_first_plausible_play_is_that_of_the_load() -> None:
    load = (ROOT / "dbt_project/models/intermediate/loading/int_plausible_ranges.sql").read_text()
    assert f"timestamp '{FIRST_PLAY}'" in load


def test_a_var_is_set_beside_those_that_are_given() -> None:
    given = Settings.from_environment({"VARS": "{first_plausible_play: 2005-01-01, new_artists: false}"})
    changed = with_variable(given, "new_artists", True)
    check_variables(changed)
    assert yaml.safe_load(changed.variables) == {"first_plausible_play": "2005-01-01", "new_artists": True}
