"""What a recommender's code may reach: what it is given, and arithmetic.

A recommender that opened a warehouse, a file or a connection could read the cells that it is tested on. So its source,
and that of each module of this project that it imports, is read before any of it runs, and what is not allowed here is
refused. This finds what is written plainly; code that hides what it does needs a reader.
"""

import ast
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

from models_py.errors import RecommenderError

PROJECT = Path(__file__).parents[1]

# Modules of this project; those that a recommender imports are read as it is.
OWN = ("models_py.data.interactions", "models_py.matrices", "models_py.recommenders")

# Libraries, or parts of them, that open nothing but by one of the names below.
LIBRARIES = (
    *("abc", "collections", "dataclasses", "enum", "functools", "itertools", "math", "operator", "typing", "warnings"),
    *("implicit.cpu", "numba", "numpy", "scipy.linalg", "scipy.sparse", "scipy.special", "threadpoolctl"),
    *("sklearn.decomposition", "sklearn.exceptions"),
)

# Built-in functions that open files or run text as code, and attributes of the libraries above that do or lead there.
FUNCTIONS = frozenset("open getattr eval exec compile breakpoint input globals vars __import__ __builtins__".split())
ATTRIBUTES = frozenset(
    """
    DataSource fromfile fromregex genfromtxt load load_npz loadtxt memmap open_memmap
    dump save save_npz savetxt savez savez_compressed tofile
    builtins ctypeslib f2py importlib io modules npyio os pathlib subprocess sys
    __builtins__ __dict__ __globals__ __loader__ __subclasses__
    """.split()
)


def check_reach(module: str, root: Path = PROJECT) -> None:
    """Refuse a recommender's module if its code could read more than it is given.

    Parameters
    ----------
    module : str
        Its full name; what it imports of its own package is read as well.
    root : Path
        Folder that the package lies in.

    Raises
    ------
    RecommenderError
        Naming the module, what it reaches, and the modules between.
    """
    roots = (root, PROJECT)
    own = (*OWN, module.rpartition(".")[0])
    sentences = {module: module}
    waiting = [module]
    for name in waiting:
        for verb, reached in _reached(*_read(name, roots)):
            reached = _module(reached, roots)
            if verb == "imports" and _lies_in(reached, own):
                if reached not in sentences:
                    sentences[reached] = f"{sentences[name]} imports {reached}, which"
                    waiting.append(reached)
            elif verb == "uses" or not _lies_in(reached, LIBRARIES):
                raise RecommenderError(
                    f"{sentences[name]} {verb} {reached}, by which a recommender could read the cells it is tested on: "
                    "let it learn from its Interactions alone, or add what opens nothing to models_py/reach.py."
                )


def _reached(code: ast.Module, package: str) -> Iterator[tuple[str, str]]:
    """Yield what the code imports, by full name, and the names it uses that open something."""
    for node in ast.walk(code):
        if isinstance(node, ast.Import):
            yield from (("imports", alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = resolve_name("." * node.level + (node.module or ""), package)
            yield from (("imports", f"{origin}.{alias.name}".removesuffix(".*")) for alias in node.names)
            yield from (("uses", f"{origin}.{alias.name}") for alias in node.names if alias.name in ATTRIBUTES)
        elif isinstance(node, ast.Name) and node.id in FUNCTIONS:
            yield "uses", node.id
        elif isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES:
            yield "uses", ast.unparse(node)


def _lies_in(name: str, places: tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


def _module(name: str, roots: tuple[Path, ...]) -> str:
    """Return the module of these folders that the name is, or is taken from; a name from elsewhere as it is."""
    origin = name.rpartition(".")[0]
    return origin if not _file(name, roots) and origin and _file(origin, roots) else name


def _read(name: str, roots: tuple[Path, ...]) -> tuple[ast.Module, str]:
    """Return the code of a module and the package that its relative imports start from."""
    path = _file(name, roots)
    if path is None:
        raise RecommenderError(f"A recommender imports {name}, which is not there: correct the import.")
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return ast.parse(path.read_text()), package


def _file(name: str, roots: tuple[Path, ...]) -> Path | None:
    places = [root.joinpath(*name.split(".")) for root in roots]
    candidates = [path for place in places for path in (place.with_suffix(".py"), place / "__init__.py")]
    return next((path for path in candidates if path.is_file()), None)
