"""Results are stale when the code behind them says something else, and only then."""

from collections.abc import Callable
from pathlib import Path

import pytest

from models_py.blends.fusion import Fusion
from models_py.evaluation.tuning import tune
from models_py.jobs import code
from models_py.recommenders.nmf import NMF
from models_py.recommenders.svd import SVD


@pytest.fixture
def edited(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str, str, str], None]:
    """Let a module's code be read with one text in place of another."""
    file = code._file

    def edit(module: str, old: str, new: str) -> None:
        text = Path(file(module)).read_text()
        assert old in text
        copy = tmp_path / f"{module}.py"
        copy.write_text(text.replace(old, new))
        monkeypatch.setattr(code, "_file", lambda name: str(copy) if name == module else file(name))

    return edit


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("models_py.recommenders.svd", "Decompose to the largest number", "Decompose as far as any number"),
        ("models_py.matrices.weighting", "# Of plays, all plays", "# Of plays, and all plays"),
        ("models_py.evaluation.ranking", "From scores to lists", "Lists of scores"),
        ("models_py.evaluation.ranking", "-> Lists:", "->  Lists:"),
    ],
)
def test_other_words_about_the_code_change_nothing(edited: Callable, module: str, old: str, new: str):
    before = code.code_digest(SVD, tune)
    edited(module, old, new)
    assert code.code_digest(SVD, tune) == before


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("models_py.recommenders.svd", "factors: int = 32", "factors: int = 33"),
        ("models_py.matrices.weighting", "SHARE_SCALE = 1000.0", "SHARE_SCALE = 999.0"),
        ("models_py.evaluation.ranking", "BLOCK_BYTES = 64", "BLOCK_BYTES = 63"),
    ],
)
def test_other_code_of_its_own_or_that_it_uses_is_another_digest(edited: Callable, module: str, old: str, new: str):
    before = code.code_digest(SVD, tune)
    edited(module, old, new)
    assert code.code_digest(SVD, tune) != before


def test_code_that_it_does_not_use_does_not_matter(edited: Callable):
    before = code.code_digest(SVD, tune)
    edited("models_py.themes.grid", "RESTARTS = 3", "RESTARTS = 4")
    assert code.code_digest(SVD, tune) == before


def test_a_blend_depends_on_the_code_of_its_members(edited: Callable):
    blend = Fusion.over({"svd": SVD(), "nmf": NMF()})
    before = code.origin(blend, tune)
    edited("models_py.recommenders.nmf", "sweeps: int = 15", "sweeps: int = 16")
    assert code.origin(blend, tune) != before
    assert code.origin(Fusion.over({"svd": SVD(factors=64), "nmf": NMF()}), tune)[1] != before[1]
