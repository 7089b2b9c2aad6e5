"""Finds every recommender in this package."""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from models_py.errors import RecommenderError
from models_py.reach import check_reach
from models_py.recommenders.base import Recommender

package = importlib.import_module(__package__)


@cache
def recommenders() -> dict[str, type[Recommender]]:
    """Every recommender class by name, in alphabetical order.

    Raises
    ------
    RecommenderError
        Where the code of one could read more than it is given, or one asks for more.
    ValueError
        Where two share a name.
    """
    check_recommenders()
    found: dict[str, type[Recommender]] = {}
    for module in map(importlib.import_module, _modules()):
        for value in vars(module).values():
            if isinstance(value, type) and value.__module__ == module.__name__ and isinstance(_name(value), str):
                if value.name in found:
                    raise ValueError(f"two recommenders are called '{value.name}': rename one of them")
                if hasattr(value, "judged"):
                    raise RecommenderError(
                        f"{value.name} asks for the cells that it is chosen by: only a blend may learn from validation."
                    )
                found[value.name] = value
    return dict(sorted(found.items()))


def check_recommenders() -> None:
    """Read the code of every recommender, without running it, and refuse one that could read more than it is given.

    Raises
    ------
    RecommenderError
        Naming the first such module and what it reaches.
    """
    root = Path(package.__path__[0]).parents[package.__name__.count(".")]
    for module in _modules():
        check_reach(module, root)


def _modules() -> Iterator[str]:
    """Name every module of the package but this one."""
    names = (f"{package.__name__}.{module.name}" for module in pkgutil.iter_modules(package.__path__))
    return (name for name in names if name != __name__)


def _name(value: type) -> object:
    return getattr(value, "name", None) if hasattr(value, "space") else None
