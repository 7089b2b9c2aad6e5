"""Plots of growth: CPU seconds and peak memory over the number of plays."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models_py.terminal.stopping import written_whole

PLOT = "growth.svg"
PANELS = {"cpu_seconds": "CPU seconds", "peak_memory_mb": "Peak memory, MiB"}


def draw(rows: Sequence[dict[str, object]], path: Path, by: str = "stage") -> None:
    """Draw a line per stage, or per value of another column; both axes are logarithmic."""
    import altair

    panels = [_panel(altair, rows, by, figure, title) for figure, title in PANELS.items()]
    with written_whole(path) as part:
        altair.hconcat(*panels).save(str(part), format="svg")


def _panel(altair: Any, rows: Sequence[dict[str, object]], by: str, figure: str, title: str) -> Any:
    scale = altair.Scale(type="log", nice=False, padding=12)
    return (
        altair.Chart(altair.Data(values=list(rows)), title=title, width=320, height=320)
        .mark_line(point=True)
        .encode(
            x=altair.X("plays:Q", scale=scale, title="Plays"),
            y=altair.Y(f"{figure}:Q", scale=scale, title=title),
            color=altair.Color(f"{by}:N", sort=None, title=by.capitalize()),
        )
    )
