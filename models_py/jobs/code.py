"""The code that results depend on, as a digest: what it says matters, how it is described does not."""

import ast
import hashlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from models_py.recommenders.base import Recommender


def code_digest(*makers: type | Callable) -> str:
    """Return the md5 of the code of what made results, and of all that it imports here.

    Docstrings, comments and layout are left out: an edited sentence refits nothing.
    """
    modules: dict[str, str] = {}
    waiting = [maker.__module__ for maker in makers]
    for name in waiting:
        if name not in modules:
            modules[name], imported = _read(Path(_file(name)).read_text())
            waiting += imported
    return hashlib.md5("".join(modules[name] for name in sorted(modules)).encode(), usedforsecurity=False).hexdigest()


def origin(recommender: type[Recommender], maker: Callable) -> list:
    """Tell what results of a recommender depend on beside its setting: code, and what it is made of."""
    code = code_digest(recommender, maker, *map(type, recommender.known.values()))
    made_of = {name: asdict(setting) for name, setting in recommender.known.items()}
    return [code, made_of, version("implicit")]


@cache
def _read(text: str) -> tuple[str, tuple[str, ...]]:
    """Give a module's code as it counts, and the modules of this package that it imports: once for each text."""
    tree = ast.parse(text)
    imported = tuple(_imported(tree))
    return ast.dump(_without_docstrings(tree)), imported


def _imported(tree: ast.Module) -> Iterator[str]:
    """Name the modules of this package that the code imports, or imports names from."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("models_py"):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if _is_module(name) else node.module for name in names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("models_py."))


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return tree


def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _file(name: str) -> str:
    return sys.modules[name].__file__ if name in sys.modules else find_spec(name).origin
