"""CONTRIBUTING.md is true: what it names is there, and a new recommender is one new file in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import ROOT

RECOMMENDER = '''
"""Items that are played by the same people."""

from dataclasses import dataclass
from typing import Any, ClassVar

from models_py.data.interactions import Interactions
from models_py.matrices.weighting import Preparation
from models_py.recommenders.base import Recommender
from models_py.recommenders.fitted import ItemWeights


@dataclass(frozen=True)
class Together(Recommender):
    """People in common, without any similarity."""

    name: ClassVar[str] = "together"
    space: ClassVar[dict[str, tuple]] = {"weighting": ("binary", "log")}

    weighting: str = "log"

    def fit(self, interactions: Interactions, seed: int, prepared: Any = None) -> ItemWeights:
        """Count."""
        preparation = Preparation.of(interactions.counts, self.weighting)
        histories = preparation(interactions.counts)
        weights = (histories.T @ histories).tocsr()
        weights.setdiag(0)
        weights.eliminate_zeros()
        return ItemWeights(histories, weights, preparation)

    def memory(self, interactions: Interactions) -> int:
        """Count the cells and the pairs of items."""
        return Preparation.memory(interactions.counts) + 32 * interactions.n_items**2
'''


def test_every_place_that_it_names_is_there():
    named = re.findall(r"`([\w./]+/[\w./]+|\w+\.(?:py|sql|csv|md))`", (ROOT / "CONTRIBUTING.md").read_text())
    assert len(named) > 10
    missing = [
        name
        for name in named
        if not any((ROOT / place / name).exists() for place in ("", "dbt_project", "dbt_project/models", "models_py"))
        and not list(ROOT.glob(f"*/**/{Path(name).name}"))
    ]
    assert missing == []


def test_a_new_recommender_is_one_new_file(tmp_path: Path):
    for folder in ("models_py", "tests"):
        ignored = shutil.ignore_patterns("__pycache__", "node_modules")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "models_py/recommenders/together.py").write_text(RECOMMENDER)
    kit = "tests/recommenders/test_behaviour.py"
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", kit, "-k", "together and not foretold"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-3000:]
    assert int(re.search(r"(\d+) passed", result.stdout)[1]) > 80
