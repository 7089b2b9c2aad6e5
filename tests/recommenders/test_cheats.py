"""Cheats that would let a recommender see test are planted in a copy of the project, and the build refuses each.

That the project as it is passes is shown by every other test that builds it.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, study_in
from dbt_runner import run_dbt

PEEKER = '''
from dataclasses import dataclass
from typing import ClassVar

from models_py.recommenders.fitted import SameForAll
from models_py.warehouse import Warehouse


@dataclass(frozen=True)
class Peeker:
    """What people play in test."""

    name: ClassVar[str] = "peeker"
    tasks: ClassVar[tuple[str, ...]] = ("discovery",)
    space: ClassVar[dict[str, tuple]] = {}

    def fit(self, interactions, seed):
        sql = "select count(*) as plays from marts.test_interactions group by item_id order by item_id"
        return SameForAll(Warehouse("warehouse/lastfm.duckdb").read(sql)["plays"])

    def memory(self, interactions):
        return 0
'''

MART = "{{ config(contract={'enforced': false}) }}\n"
MODELS = {
    # a full-history mart
    "marts/training/training_popularity.sql": MART
    + "select i.item_id, p.play_count from {{ ref('training_items') }} as i, {{ ref('item_popularity') }} as p",
    # a feature, of all plays
    "marts/features/user_features.sql": MART
    + "select user_id, count(*) as plays from {{ ref('plays') }} group by user_id",
    "intermediate/int_tastes_counted.sql": "select user_id, plays from {{ ref('user_features') }}",
    "marts/training/training_tastes.sql": MART + "select * from {{ ref('int_tastes_counted') }}",
    # past the door
    "marts/training/training_cells.sql": MART + "select * from {{ ref('int_cells_split') }} where part = 'test'",
    "marts/training/training_results.sql": MART + "select * from {{ source('recommender', 'recommendations') }}",
    # behind dbt's back
    "marts/training/training_hidden.sql": MART + "select * from marts.test_interactions",
    "marts/training/training_joined.sql": MART
    + "select i.item_id from {{ ref('training_items') }} as i, recommender.recommendations as r",
}
SENTENCES = (
    "training_popularity reads item_popularity",
    "training_tastes reads int_tastes_counted, which reads user_features",
    "training_cells reads int_cells_split, which reads int_cells_by_period, which reads plays",
    "training_results reads recommendations",
    "training_hidden reads marts.test_interactions without ref()",
    "training_joined reads recommender.recommendations without ref()",
)


@pytest.fixture(scope="module")
def refusal(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what a bare dbt build says of a project with every cheat in its SQL."""
    folder = tmp_path_factory.mktemp("cheats")
    project = folder / "dbt_project"
    shutil.copytree(ROOT / "dbt_project", project, ignore=shutil.ignore_patterns("target", "logs"))
    for path, code in MODELS.items():
        (project / "models" / path).parent.mkdir(exist_ok=True)
        (project / "models" / path).write_text(code)
    with pytest.raises(AssertionError) as refused:
        run_dbt("build", warehouse=folder / "music.duckdb", project=project)
    return " ".join(str(refused.value).split())


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_training_mart_that_reaches_test_cells_is_refused(refusal, sentence):
    assert sentence in refusal


def test_the_refusal_says_what_to_do(refusal):
    assert "test cells could reach a recommender that way. Build training marts from int_train_cells" in refusal
    # the marts that are there are not accused
    assert refusal.count(" reads ") == sum(sentence.count(" reads ") for sentence in SENTENCES)


@pytest.mark.slow
def test_a_recommender_that_opens_the_warehouse_is_refused_before_anything_is_built(tmp_path: Path):
    study = study_in(tmp_path / "study")
    for folder in ("models_py", "dbt_project"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("target", "logs", "__pycache__")
        )
    (tmp_path / "models_py/recommenders/peeker.py").write_text(PEEKER)
    for command in ("build", "evaluate"):
        result = subprocess.run(
            [sys.executable, "-m", "models_py", command],
            cwd=tmp_path,
            env={**os.environ, **study.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 1
        assert result.stderr.startswith("models_py.recommenders.peeker imports models_py.warehouse, by which")
        assert len(result.stderr.splitlines()) == 1
        assert not list(study.warehouse.parent.glob("**/*.duckdb"))
