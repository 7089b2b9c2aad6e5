"""A recommender is found because its file is there."""

import sys
from types import SimpleNamespace

import pytest

from models_py.errors import RecommenderError
from models_py.recommenders import registry

FILE = '''
from models_py.recommenders.base import Recommender


class Recommender{number}(Recommender):
    """One more."""
    name = "{name}"


class Helper:
    """No recommender."""
    name = "helper"
'''


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return an empty package that the registry searches instead of its own."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "added_recommenders").mkdir()
    (tmp_path / "added_recommenders" / "__init__.py").touch()
    package = SimpleNamespace(__name__="added_recommenders", __path__=[str(tmp_path / "added_recommenders")])
    monkeypatch.setattr(registry, "package", package)
    yield tmp_path / "added_recommenders"
    for module in [module for module in sys.modules if module.startswith("added_recommenders")]:
        del sys.modules[module]


def test_models_are_found_in_alphabetical_order():
    assert {"item_knn", "most_popular", "svd"} <= registry.recommenders().keys()
    assert list(registry.recommenders()) == sorted(registry.recommenders())


def test_a_new_file_is_a_new_recommender_and_its_helpers_are_not(folder):
    (folder / "one.py").write_text(FILE.format(number=1, name="zebra"))
    (folder / "two.py").write_text(FILE.format(number=2, name="aardvark") + "from added_recommenders.one import *\n")
    assert list(registry.recommenders.__wrapped__()) == ["aardvark", "zebra"]


def test_two_of_one_name_are_refused(folder):
    (folder / "one.py").write_text(FILE.format(number=1, name="twin"))
    (folder / "two.py").write_text(FILE.format(number=2, name="twin"))
    with pytest.raises(ValueError, match="'twin'"):
        registry.recommenders.__wrapped__()


def test_one_that_asks_for_the_cells_it_is_chosen_by_is_refused(folder):
    asking = "    def judged(self, interactions, validation, seed, prepared=None):\n        return self, None\n"
    code = FILE.format(number=1, name="zebra").replace('    name = "zebra"\n', f'    name = "zebra"\n\n{asking}')
    (folder / "one.py").write_text(code)
    with pytest.raises(RecommenderError, match="zebra asks for the cells that it is chosen by"):
        registry.recommenders.__wrapped__()
