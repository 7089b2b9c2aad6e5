"""How a stage's cost grows with the number of plays, beside the growth of n log n."""

import math
from collections.abc import Iterable, Mapping
from itertools import pairwise

# exponents of single measurements scatter by about this much
TOLERANCE = 0.15


def exponent(small: float, large: float, cost_of_small: float, cost_of_large: float) -> float:
    """Return b where cost grows as n to the power b between two sizes; nan where it cannot be told."""
    if min(small, large, cost_of_small, cost_of_large) <= 0 or small == large:
        return math.nan
    return math.log(cost_of_large / cost_of_small) / math.log(large / small)


def exponent_of_n_log_n(small: float, large: float) -> float:
    """Return the exponent that n log n has between two sizes: a little more than 1."""
    if min(small, large) <= 1:
        return math.nan
    return exponent(small, large, small * math.log(small), large * math.log(large))


def growth(stages: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    """Compare each stage between one number of plays and the next larger one.

    Parameters
    ----------
    stages : iterable of mapping
        Rows with stage, plays, cpu_seconds, startup_cpu_seconds and peak_memory_mb. What is compared is the CPU time
        after start-up, which does not grow and would hide growth.

    Returns
    -------
    list of dict
        One row per stage and pair of sizes. `within_n_log_n` allows for `TOLERANCE`; None where
        it cannot be told.
    """
    by_stage: dict[object, list[Mapping[str, object]]] = {}
    for row in stages:
        if row["plays"]:
            by_stage.setdefault(row["stage"], []).append(row)
    return [
        _compared(small, large)
        for rows in by_stage.values()
        for small, large in pairwise(sorted(rows, key=lambda row: row["plays"]))
        if small["plays"] < large["plays"]
    ]


def _compared(small: Mapping[str, object], large: Mapping[str, object]) -> dict[str, object]:
    sizes = float(small["plays"]), float(large["plays"])
    work = [float(row["cpu_seconds"]) - float(row["startup_cpu_seconds"]) for row in (small, large)]
    cpu, limit = exponent(*sizes, *work), exponent_of_n_log_n(*sizes)
    return {
        "stage": small["stage"],
        "plays_from": small["plays"],
        "plays_to": large["plays"],
        "work_cpu_seconds_from": work[0],
        "work_cpu_seconds_to": work[1],
        "cpu_exponent": cpu,
        "n_log_n_exponent": limit,
        "within_n_log_n": None if math.isnan(cpu) else cpu <= limit + TOLERANCE,
        "memory_exponent": exponent(*sizes, float(small["peak_memory_mb"]), float(large["peak_memory_mb"])),
    }
