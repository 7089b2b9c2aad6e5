"""The file of the report: its sections asked of the marts, rendered by one template, moved into place when whole."""

import json
from collections.abc import Callable
from pathlib import Path

import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from models_py.reports.page import data, theme
from models_py.reports.page.asking import Marts
from models_py.reports.page.blocks import Block, Chart, Section
from models_py.terminal.stopping import written_whole
from models_py.warehouse import Warehouse

# each asks the marts and gives its chapter
SECTIONS: tuple[Callable[[Marts], Section], ...] = (data.section,)


def report_path(warehouse: Path) -> Path:
    """Where the report of a warehouse lies: beside it."""
    return warehouse.with_name(f"{warehouse.stem}.report.html")


def write_report(path: Path) -> Path:
    """Write the report of a published warehouse.

    Parameters
    ----------
    path : Path
        The warehouse.

    Returns
    -------
    Path
        The HTML file, complete.

    Raises
    ------
    WarehouseError
        Where the warehouse is missing or lacks a table.
    """
    warehouse = Warehouse(path)
    with warehouse.held_open():
        sections = [section(Marts(warehouse)) for section in SECTIONS]
    with written_whole(report_path(path)) as part:
        part.write_text(render(sections, path.stem), encoding="utf-8")
    return report_path(path)


def render(sections: list[Section], name: str) -> str:
    """One HTML page of sections, with everything that it needs inside."""
    environment = Environment(
        loader=PackageLoader("models_py.reports.page"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.tests["chart"] = lambda block: isinstance(block, Chart)
    environment.filters["kind"] = lambda block: type(block).__name__.lower()
    blocks = [block for section in sections for group in section.groups for block in group.blocks]
    return environment.get_template("report.html.j2").render(
        name=name,
        sections=sections,
        light=Markup(theme.variables(dark=False)),
        dark=Markup(theme.variables(dark=True)),
        specs=embedded({block.name: theme.styled(block.spec) for block in blocks if isinstance(block, Chart)}),
        bundle=Markup(_bundle(blocks)),
    )


def embedded(value: object) -> Markup:
    """JSON that can stand inside a script element, whatever names are in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _bundle(blocks: list[Block]) -> str:
    """Vega, Vega-Lite and vega-embed as one script; nothing where there is no chart."""
    if not any(isinstance(block, Chart) for block in blocks):
        return ""
    return vl_convert.javascript_bundle().replace("</script", "<\\/script")
