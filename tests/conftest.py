"""What tests share: a demo warehouse built once by the real command, studies in folders of their own, real data."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from hypothesis import settings
from parsed_project import parsed
from shared_folder import made_once, share_in
from xdist.scheduler import LoadFileScheduling

pytest_plugins = ["scored_cases", "browsing"]

# how fast a machine is decides no test
settings.register_profile("at any speed", deadline=None)
settings.load_profile("at any speed")

ROOT = Path(__file__).parents[1]
# vars of a study whose intervals and verdicts are not what a test is about
FEW_DRAWS = "bootstrap_draws: 200, permutation_draws: 1000"
# what takes a minute to build and serves several files
SCORED = re.compile(r"def \w+\([^)]*\b(scratch|scored)\b")


class SharedFixtureScheduling(LoadFileScheduling):
    """Gives all files that use the scored cases to one process, and every other file to any."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return "scored" if SCORED.search((ROOT / file).read_text()) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> SharedFixtureScheduling:
    """Choose it for `pytest -n`."""
    return SharedFixtureScheduling(config, log)


def pytest_configure() -> None:
    """Let threads that wait sleep: two processes of two threads each share two cores, and the spinning took half."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with what takes longest, so that no process waits for it in the end: with one file that builds the demo.

    The others that use it come last, when it is there for every process.
    """
    uses_demo = list(dict.fromkeys(item.path for item in items if "demo" in item.fixturenames))
    takes_long = {item.path for item in items if {"slow", "real_data"} & item.keywords.keys()}
    items.sort(
        key=lambda item: (item.path in uses_demo[1:], item.path not in uses_demo[:1], item.path not in takes_long)
    )


@pytest.fixture(scope="session", autouse=True)
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let the processes of a session share what is made once."""
    own = tmp_path_factory.getbasetemp()
    share_in(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@dataclass(frozen=True)
class Study:
    """A study in a folder of its own: its environment and its warehouse."""

    folder: Path
    environment: dict[str, str]

    @property
    def warehouse(self) -> Path:
        """The published file."""
        return Path(self.environment["WAREHOUSE"])

    def run(self, *command: str, input: str = "", **changes: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m models_py` with the arguments and standard input, as a person would."""
        return subprocess.run(
            [sys.executable, "-m", "models_py", *command],
            cwd=ROOT,
            env={**os.environ, **self.environment, **changes},
            input=input,
            capture_output=True,
            text=True,
            check=False,
        )

    def call(
        self, *command: str, input: str = "", data_tests: bool = True, **changes: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the same within this process, without its start."""
        from commands import called  # here, because it loads every library

        return called(command, {**self.environment, **changes}, input, data_tests)

    def evaluate(self, data_tests: bool = True, **changes: str) -> str:
        """Run the whole path and return what it prints; fail with its message where it fails."""
        result = self.call("evaluate", data_tests=data_tests, **changes)
        assert result.returncode == 0, result.stderr + result.stdout
        return result.stdout

    def query(self, sql: str) -> list[tuple]:
        """Read the published file."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def truth(self) -> dict:
        """Read what the demo planted."""
        return json.loads((Path(self.environment["DEMO"]) / "truth.json").read_text())


def study_in(folder: Path, **settings: str) -> Study:
    """Describe a study in `folder`: no raw files, a demo folder, a warehouse."""
    environment = {
        "RAW": str(folder / "raw"),
        "DEMO": str(folder / "demo"),
        "WAREHOUSE": str(folder / "music.duckdb"),
        "FEEDBACK": str(folder / "feedback.csv"),
        "SOURCE": "1k",
        "SPLITS": "",
        "VARS": "{}",
        "DBT_PROJECT_DIR": str(ROOT / "dbt_project"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        **settings,
    }
    (folder / "raw").mkdir(parents=True, exist_ok=True)
    return Study(folder, environment)


@pytest.fixture(scope="session")
def demo_output() -> tuple[Study, str]:
    """Build the embedded demo, dbt's tests included, and return what the command printed beside it."""
    # few trials, and few points of each grid, among them the planted number
    grids = "cluster_counts: [4, 8, 12], theme_counts: [8, 12], factorization_factors: [8, 32]"

    def study(folder: Path) -> Study:
        return study_in(folder, VARS=f"{{tuning_trials: 8, {grids}, {FEW_DRAWS}}}")

    def build(folder: Path) -> None:
        result = study(folder).run("evaluate")
        assert result.returncode == 0, result.stderr + result.stdout
        (folder / "printed.txt").write_text(result.stdout)

    folder = made_once("demo", build)
    return study(folder), (folder / "printed.txt").read_text()


@pytest.fixture(scope="session")
def demo(demo_output: tuple[Study, str]) -> Study:
    """Return the embedded demo's study; tests only read it."""
    return demo_output[0]


@pytest.fixture
def new_study(tmp_path: Path) -> Callable[..., Study]:
    """Make an empty study in the test's own folder."""
    return lambda **settings: study_in(tmp_path / "study", **settings)


@pytest.fixture
def parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what the test calls of the package take the project as it was parsed for all tests."""
    monkeypatch.setattr("models_py.dbt.parsed", parsed)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Find the folder of real data; tests skip without it, or fail where the figures were asked for."""
    folder = Path(os.environ.get("REAL_DATA") or ROOT / ".." / "shared" / "data").resolve()
    if not (folder / "hetrec_user_artist_plays.tsv").exists():
        reason = f"no real data in {folder}: set REAL_DATA to the folder that holds hetrec_user_artist_plays.tsv"
        if os.environ.get("REAL_DATA_REQUIRED"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
