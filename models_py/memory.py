"""Whether a model fits into memory, told before it starts: a sentence instead of a killed process."""

import os
from pathlib import Path

from models_py.data.interactions import Interactions
from models_py.recommenders.base import Recommender
from models_py.settings.sizes import read_size

_MEMORY = Path("/proc/meminfo")
# Making lists holds a block's scores, what the users played, and what may be listed (see ranking.BLOCK_BYTES).
LISTS = 400 * 2**20


def memory_limit() -> int:
    """Bytes that Python may use: PYTHON_MEMORY_LIMIT, or else what the machine has free now.

    Raises
    ------
    SettingError
        Where PYTHON_MEMORY_LIMIT is no size.
    """
    text = os.environ.get("PYTHON_MEMORY_LIMIT") or ""
    return read_size("PYTHON_MEMORY_LIMIT", text) if text else _free()


def too_large(settings: list[Recommender], interactions: Interactions, item_type: str = "") -> str | None:
    """Say why none of the settings should be started and what would let them, or nothing where the largest fits.

    Parameters
    ----------
    settings : list of Recommender
        What is to be fitted, one after the other.
    interactions : Interactions
        What they are to be fitted on.
    item_type : str
        'track' or 'artist' where vars limit the catalogue.
    """
    limit = memory_limit()
    needed = LISTS + max(setting.memory(interactions) for setting in settings)
    if needed <= limit:
        return None
    remedy = "raise PYTHON_MEMORY_LIMIT" if os.environ.get("PYTHON_MEMORY_LIMIT") else "free memory"
    remedy += f", or raise the var min_users_per_{item_type}" if item_type else ""
    return (
        f"it needs about {needed / 10**9:.1f} GB for {interactions.n_users:,} users and {interactions.n_items:,} items "
        f"and {limit / 10**9:.1f} GB may be used: {remedy}"
    )


def _free() -> int:
    try:
        line = next(line for line in _MEMORY.read_text().splitlines() if line.startswith("MemAvailable:"))
        return int(line.split()[1]) * 1024
    except (OSError, StopIteration):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
