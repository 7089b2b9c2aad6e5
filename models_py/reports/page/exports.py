"""Every chart of the report as pictures for other documents, in a folder beside the warehouse."""

import os
import shutil
from pathlib import Path

from models_py.errors import ReportError
from models_py.reports.page.asking import Marts
from models_py.reports.page.blocks import Chart, Section
from models_py.reports.page.pictures import drawn, pixels, undrawn
from models_py.reports.page.report import chapters
from models_py.terminal.stopping import discarded
from models_py.warehouse import Warehouse

# pixels of a picture as a text column takes it, and dots per pixel for print
WIDTH, SCALE = 640, 2


def charts_path(warehouse: Path) -> Path:
    """Where the pictures of a warehouse lie: in a folder beside it."""
    return warehouse.with_name(f"{warehouse.stem}.charts")


def asked_sections(path: Path) -> list[Section]:
    """Ask the marts of a published warehouse for the chapters of the report.

    Raises
    ------
    WarehouseError
        Where the warehouse is missing or lacks a table.
    """
    warehouse = Warehouse(path)
    with warehouse.held_open():
        return chapters(Marts(warehouse))


def charts_of(sections: list[Section]) -> dict[str, Chart]:
    """Find the charts of chapters by their names, in order."""
    blocks = (block for section in sections for group in section.groups for block in group.blocks)
    return {block.name: block for block in blocks if isinstance(block, Chart)}


def write_charts(path: Path) -> tuple[Path, int, str]:
    """Write each chart of a published warehouse's report as SVG and as PNG.

    The folder is there whole or as it was: one of an earlier report is replaced.

    Parameters
    ----------
    path : Path
        The warehouse.

    Returns
    -------
    Path
        The folder.
    int
        How many charts there are.
    str
        Characters in them that no font on this machine has.

    Raises
    ------
    MusicError
        Where the warehouse is missing or lacks a table, or the folder cannot be written.
    """
    charts, folder = charts_of(asked_sections(path)), charts_path(path)
    try:
        write_pictures(charts, folder)
    except OSError as error:
        raise ReportError(
            f"The charts cannot be written to {folder} ({error.strerror}): make its folder writable, free some space, "
            "or set WAREHOUSE to a file elsewhere."
        ) from error
    return folder, len(charts), undrawn("".join(str(chart.spec) for chart in charts.values()))


def write_pictures(charts: dict[str, Chart], folder: Path) -> None:
    """Write charts into a folder that takes the place of an earlier one when it is whole."""
    part, old = (folder.with_name(f".{folder.name}.{os.getpid()}.{state}") for state in ("part", "old"))
    with discarded(part, old):
        part.mkdir()
        for name, chart in charts.items():
            drawing = drawn(chart, WIDTH)
            (part / f"{name}.svg").write_text(drawing, encoding="utf-8")
            (part / f"{name}.png").write_bytes(pixels(drawing, SCALE))
        if folder.exists():
            shutil.move(folder, old)
        shutil.move(part, folder)
