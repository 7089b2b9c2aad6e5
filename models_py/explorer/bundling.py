"""The page with its engine and its tables: as a folder to be served, and as one file that opens by itself.

The engine is DuckDB for browsers, 34 MB that are not in this repository: npm fetches it once, by the lock file.
"""

import base64
import gzip
import hashlib
import html
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from models_py.errors import ExplorerError
from models_py.explorer.exporting import Chosen, export
from models_py.terminal.printing import say
from models_py.terminal.stopping import discarded, written_whole
from models_py.warehouse import Warehouse

WEB = Path(__file__).parent / "web"
MODULES = WEB / "node_modules"
# the lock file that the modules were installed by
INSTALLED = MODULES / ".installed"
TABLES = "tables.duckdb"
ENGINE = ("duckdb-browser-eh.worker.js", "duckdb-eh.wasm")
# The page asks nobody but itself, whatever is typed into it.
POLICY = "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
SERVED = POLICY + "script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; worker-src 'self'"
ALONE = POLICY + "script-src {script} 'wasm-unsafe-eval'; style-src {style}; worker-src blob:"
COMPRESSION = 6
SOURCE_MAP = re.compile(rb"//# sourceMappingURL=\S+\s*\Z")


@dataclass(frozen=True)
class Explorer:
    """Where an explorer was written.

    Attributes
    ----------
    folder : Path
        To be served; a browser does not load its parts from a disk.
    page : Path
        The same in one file.
    """

    folder: Path
    page: Path


def write(warehouse: Warehouse, chosen: Chosen, output: Path) -> Explorer:
    """Write the explorer of a published warehouse, in both forms, each file whole.

    Parameters
    ----------
    warehouse : Warehouse
    chosen : Chosen
        Whose data go in.
    output : Path
        The folder that both are written to.

    Raises
    ------
    MusicError
        Where the page cannot be built, the warehouse not read, or the folder not written.
    """
    name = warehouse.path.stem
    explorer = Explorer(output / f"{name}.explorer", output / f"{name}.explorer.html")
    install()
    try:
        explorer.folder.mkdir(parents=True, exist_ok=True)
        with _working_folder(explorer.folder) as working:
            export(warehouse, working / TABLES, chosen)
            script, style = _build(working), (WEB / "style.css").read_bytes()
            parts = {**_engine(), TABLES: (working / TABLES).read_bytes()}
        for file, content in {**parts, **_served(script, style)}.items():
            _write(explorer.folder / file, content)
        _write(explorer.page, _alone(script, style, parts))
    except OSError as error:
        raise ExplorerError(
            f"The explorer cannot be written to {output} ({error.strerror}): give another folder with --output."
        ) from error
    return explorer


def install() -> None:
    """Fetch what the page is built from, unless it is there as the lock file has it.

    Raises
    ------
    ExplorerError
        Where there is no npm, or it fails.
    """
    if not shutil.which("npm"):
        raise ExplorerError(
            "The explorer is built with npm, which is not installed: install Node.js 20 or newer (nodejs.org)."
        )
    lock = (WEB / "package-lock.json").read_text()
    if INSTALLED.exists() and INSTALLED.read_text() == lock:
        return
    say("Fetching the explorer's engine with npm (once, about 200 MB on disk) ...")
    # no package may run anything of its own
    _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    INSTALLED.write_text(lock)


def _build(working: Path) -> bytes:
    script = working / "app.js"
    _npm("run", "--silent", "build", "--", f"--outfile={script.absolute()}")
    return script.read_bytes()


def _npm(*arguments: str) -> None:
    try:
        subprocess.run(["npm", *arguments], cwd=WEB, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        said = " ".join((error.stderr or error.stdout).split())[:300] or f"status {error.returncode}"
        raise ExplorerError(
            f"The explorer cannot be built (npm {arguments[0]}: {said}): look at the connection, "
            f"or remove {MODULES} and run the command again."
        ) from error


def _engine() -> dict[str, bytes]:
    folder = MODULES / "@duckdb/duckdb-wasm/dist"
    return {name: SOURCE_MAP.sub(b"", (folder / name).read_bytes()) for name in ENGINE}


def _served(script: bytes, style: bytes) -> dict[str, bytes]:
    page = _page(SERVED, '<link rel="stylesheet" href="style.css">', "", '<script src="app.js"></script>')
    return {"app.js": script, "style.css": style, "index.html": page}


def _alone(script: bytes, style: bytes, parts: Mapping[str, bytes]) -> bytes:
    # what ends a script element may stand in one only as the text of a literal, where this is the same
    code, rules = script.decode().replace("</script", "<\\/script"), style.decode()
    policy = ALONE.format(script=_hash(code), style=_hash(rules))
    element = '<script type="application/octet-stream" data-part="{}">{}</script>'
    embedded = "\n".join(element.format(name, _packed(content)) for name, content in parts.items())
    return _page(policy, f"<style>{rules}</style>", embedded, f"<script>{code}</script>")


def _page(policy: str, style: str, parts: str, script: str) -> bytes:
    page = (WEB / "page.html").read_text()
    given = {"policy": html.escape(policy), "style": style, "parts": parts, "script": script}
    return re.sub(r"{{ (\w+) }}", lambda match: given[match[1]], page).encode()


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _packed(content: bytes) -> str:
    return base64.b64encode(gzip.compress(content, COMPRESSION, mtime=0)).decode()


def _write(path: Path, content: bytes) -> None:
    with written_whole(path) as part:
        part.write_bytes(content)


@contextmanager
def _working_folder(beside: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f".{beside.name}.", dir=beside.parent))
    with discarded(folder):
        yield folder
