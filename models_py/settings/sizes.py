"""Sizes of memory as people write them: DuckDB's units, read in one place for DuckDB's limit and Python's."""

import re

from models_py.errors import SettingError

_SIZE = re.compile(r"\s*([0-9]+\.?[0-9]*|\.[0-9]+)\s*(?:([KMGT])B?|([KMGT])iB)\s*", re.IGNORECASE)
_POWERS = {"K": 1, "M": 2, "G": 3, "T": 4}


def read_size(name: str, text: str, least: str = "1KB") -> int:
    """Read a number of bytes.

    Parameters
    ----------
    name : str
        The setting that gives it.
    text : str
        A number and a unit: KB, MB, GB, TB (powers of 1000) or KiB, MiB, GiB, TiB (powers of 1024).
    least : str
        The smallest size that makes sense.

    Raises
    ------
    SettingError
        Where it is no size or a smaller one.
    """
    size = _bytes(text)
    if size is None:
        raise SettingError(f"{name} is '{text}': write a number with a unit, such as 6GB or 500MB.")
    if size < _bytes(least):
        raise SettingError(f"{name} is '{text}', which nothing can be done with: give at least {least}.")
    return size


def _bytes(text: str) -> int | None:
    found = _SIZE.fullmatch(text)
    if found is None:
        return None
    number, decimal, binary = found.groups()
    base = 1000 if decimal else 1024
    return int(float(number) * base ** _POWERS[(decimal or binary).upper()])
