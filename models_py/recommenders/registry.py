"""Finds every recommender in this package."""

import importlib
import pkgutil
from functools import cache

from models_py.recommenders.base import Recommender

package = importlib.import_module(__package__)


@cache
def recommenders() -> dict[str, type[Recommender]]:
    """Every recommender class by name, in alphabetical order.

    Raises
    ------
    ValueError
        Where two share a name.
    """
    found: dict[str, type[Recommender]] = {}
    for module_info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        for value in vars(module).values():
            if isinstance(value, type) and value.__module__ == module.__name__ and isinstance(_name(value), str):
                if value.name in found:
                    raise ValueError(f"two recommenders are called '{value.name}': rename one of them")
                found[value.name] = value
    return dict(sorted(found.items()))


def _name(value: type) -> object:
    return getattr(value, "name", None) if hasattr(value, "space") else None
