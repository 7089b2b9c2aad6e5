"""The page with its engine and its tables: as a folder to be served, and as one file that opens by itself.

The engine is DuckDB for browsers, 34 MB that are not in this repository: npm fetches it once, by the lock file.
"""

import base64
import hashlib
import html
import os
import re
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
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
TABLES, SCRIPT, STYLE = "tables.duckdb", "app.js", "style.css"
ENGINE = ("duckdb-browser-eh.worker.js", "duckdb-eh.wasm")
# The page asks nobody but itself, whatever is typed into it.
POLICY = "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
SERVED = POLICY + "script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; worker-src 'self'"
ALONE = POLICY + "script-src {script} 'wasm-unsafe-eval'; style-src {style}; worker-src blob:"
# to zlib, gzip with the largest window
GZIP = 31
CHUNK = 2**20
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
            _build(working)
            with written_whole(explorer.page) as part:
                _write_alone(part, working)
            for file in working.iterdir():
                os.replace(file, explorer.folder / file.name)
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


def _build(folder: Path) -> None:
    """Put everything into a folder that the page needs beside its tables."""
    _npm("run", "--silent", "build", "--", f"--outfile={(folder / SCRIPT).absolute()}")
    shutil.copyfile(WEB / STYLE, folder / STYLE)
    for name in ENGINE:
        (folder / name).write_bytes(SOURCE_MAP.sub(b"", (MODULES / "@duckdb/duckdb-wasm/dist" / name).read_bytes()))
    style, script = f'<link rel="stylesheet" href="{STYLE}">', f'<script src="{SCRIPT}"></script>'
    head, foot = _page(SERVED, style, script)
    (folder / "index.html").write_bytes(head + foot)


def _npm(*arguments: str) -> None:
    try:
        npm = shutil.which("npm") or "npm"
        subprocess.run([npm, *arguments], cwd=WEB, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        said = " ".join((error.stderr or error.stdout).split())[:300] or f"status {error.returncode}"
        raise ExplorerError(
            f"The explorer cannot be built (npm {arguments[0]}: {said}): look at the connection, "
            f"or remove {MODULES} and run the command again."
        ) from error


def _write_alone(page: Path, folder: Path) -> None:
    """Write the page of a folder with everything in it; what is large is never held whole."""
    # what ends a script element may stand in one only as the text of a literal, where this is the same
    script = (folder / SCRIPT).read_text().replace("</script", "<\\/script")
    style = (folder / STYLE).read_text()
    policy = ALONE.format(script=_hash(script), style=_hash(style))
    head, foot = _page(policy, f"<style>{style}</style>", f"<script>{script}</script>")
    with page.open("wb") as file:
        file.write(head)
        for name in (*ENGINE, TABLES):
            file.write(f'<script type="application/octet-stream" data-part="{name}">'.encode())
            file.writelines(_packed(folder / name))
            file.write(b"</script>\n")
        file.write(foot)


def _page(policy: str, style: str, script: str) -> tuple[bytes, bytes]:
    """Fill the page in, before and after the place where its parts may stand."""
    given = {"policy": html.escape(policy), "style": style, "script": script}
    halves = (WEB / "page.html").read_text().split("{{ parts }}")
    head, foot = (re.sub(r"{{ (\w+) }}", lambda match: given[match[1]], half).encode() for half in halves)
    return head, foot


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _packed(path: Path) -> Iterator[bytes]:
    """Give a file as gzip in base64."""
    packer = zlib.compressobj(wbits=GZIP)
    left = b""
    with path.open("rb") as file:
        for chunk in chain(iter(lambda: file.read(CHUNK), b""), [None]):
            left += packer.flush() if chunk is None else packer.compress(chunk)
            # three bytes are four letters
            whole = len(left) if chunk is None else len(left) // 3 * 3
            yield base64.b64encode(left[:whole])
            left = left[whole:]


@contextmanager
def _working_folder(beside: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f".{beside.name}.", dir=beside.parent))
    with discarded(folder):
        yield folder
