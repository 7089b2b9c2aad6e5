"""The file of the report: its sections asked of the marts, rendered by one template, moved into place when whole."""

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from urllib.parse import quote

import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from models_py.errors import ReportError
from models_py.reports.naming import check_user
from models_py.reports.page import answer, data, groups, insights, listeners, recommenders, theme
from models_py.reports.page.asking import Marts
from models_py.reports.page.blocks import Chart, Section
from models_py.reports.page.heading import Heading, heading
from models_py.settings.paths import docs_page
from models_py.terminal.stopping import written_whole
from models_py.warehouse import Warehouse

TEMPLATES = "models_py.reports.page"


def report_path(warehouse: Path) -> Path:
    """Where the report of a warehouse lies: beside it."""
    return warehouse.with_name(f"{warehouse.stem}.report.html")


def write_report(path: Path, listener: str = "") -> Path:
    """Write the report of a published warehouse.

    Parameters
    ----------
    path : Path
        The warehouse.
    listener : str
        User whose page is written beside those that are chosen by rule; nobody where it is empty.

    Returns
    -------
    Path
        The HTML file, complete.

    Raises
    ------
    MusicError
        Where the warehouse is missing or lacks a table or the listener, or the file cannot be written.
    """
    warehouse, report = Warehouse(path), report_path(path)
    with warehouse.held_open():
        if listener:
            check_user(warehouse, listener)
        marts = Marts(warehouse)
        head, sections = heading(marts, path.stem), chapters(marts, listener)
    try:
        with written_whole(report) as part:
            part.write_text(render(head, sections, _link(docs_page(), report.parent)), encoding="utf-8")
    except OSError as error:
        raise ReportError(
            f"The report cannot be written to {report} ({error.strerror}): make its folder writable, free some space, "
            "or set WAREHOUSE to a file elsewhere."
        ) from error
    return report


def chapters(marts: Marts, listener: str = "") -> list[Section]:
    """Ask the marts for every chapter, in the order of the page.

    Parameters
    ----------
    marts : Marts
    listener : str
        User who gets a page beside the examples; nobody where it is empty.
    """
    return [
        answer.section(marts),
        data.section(marts),
        groups.section(marts),
        recommenders.section(marts),
        listeners.section(marts, listener),
        insights.section(marts),
    ]


def render(head: Heading, sections: list[Section], docs: str = "") -> str:
    """Put sections on one HTML page, with everything that it needs inside.

    Parameters
    ----------
    head : Heading
    sections : list of Section
    docs : str
        Address of the documentation of the tables; no link where it is empty.
    """
    environment = Environment(
        loader=PackageLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["kind"] = lambda block: type(block).__name__.lower()
    charts = [block for section in sections for group in section.groups for block in group.blocks]
    charts = [block for block in charts if isinstance(block, Chart)]
    scripts = [_bundle(), _text(environment, "report.js")] if charts else [_text(environment, "report.js")]
    return environment.get_template("report.html.j2").render(
        head=head,
        sections=sections,
        docs=docs,
        light=Markup(theme.variables(dark=False)),
        dark=Markup(theme.variables(dark=True)),
        style=Markup(_text(environment, "report.css")),
        specs=embedded({chart.name: theme.styled(chart.spec) for chart in charts}),
        heights={chart.name: theme.height(chart.spec) for chart in charts},
        scripts=[Markup(script) for script in scripts],
        policy=_policy(scripts),
    )


def embedded(value: Mapping[str, object]) -> Markup:
    """JSON that can stand inside a script element, whatever names are in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _policy(scripts: Iterable[str]) -> str:
    """Let a page run its own scripts, known by their hashes, and load nothing from anywhere."""
    hashes = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{one}'" for one in hashes)
    # drawing sets styles on elements
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _text(environment: Environment, name: str) -> str:
    return environment.loader.get_source(environment, name)[0]


def _link(target: Path, folder: Path) -> str:
    """Address a file from a page in a folder; nothing where it is not there."""
    return quote(Path(os.path.relpath(target, folder)).as_posix()) if target.exists() else ""


@cache
def _bundle() -> str:
    """Vega, Vega-Lite and vega-embed as one script."""
    return vl_convert.javascript_bundle().replace("</script", "<\\/script")
