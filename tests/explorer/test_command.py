"""The command `explore`: what it says before it does anything, and where it puts what."""

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Study

from models_py.errors import ExplorerError
from models_py.explorer import bundling


def test_without_npm_the_remedy_is_named(demo: Study, tmp_path: Path) -> None:
    result = demo.call("explore", "--no-serve", "--output", str(tmp_path), PATH=str(tmp_path))
    assert result.returncode == 1
    assert result.stderr == (
        "The explorer is built with npm, which is not installed: install Node.js 20 or newer (nodejs.org).\n"
    )
    assert result.stdout.startswith("The data of 5 of ") and list(tmp_path.iterdir()) == []


def test_npm_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho 'no network at all' >&2\nexit 3\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(bundling, "INSTALLED", tmp_path / "installed")
    with pytest.raises(ExplorerError, match=r"cannot be built \(npm ci: no network at all\): look at the connection"):
        bundling.install()
    assert not (tmp_path / "installed").exists()


def test_modules_are_fetched_once_for_each_lock_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm = tmp_path / "npm"
    npm.write_text(f'#!/bin/sh\necho "$@" >> "{tmp_path}/calls"\n')
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(bundling, "INSTALLED", tmp_path / "installed")
    for _ in range(2):
        bundling.install()
    (tmp_path / "installed").write_text("another lock file")
    bundling.install()
    calls = (tmp_path / "calls").read_text().splitlines()
    assert len(calls) == 2 and all(call.startswith("ci --ignore-scripts ") for call in calls)


def test_an_unknown_user_is_refused_before_anything_is_built(demo: Study, tmp_path: Path) -> None:
    result = demo.call("explore", "--users", "nobody", "--output", str(tmp_path))
    assert result.returncode == 1 and "has no user nobody" in result.stderr
    assert result.stdout == "" and list(tmp_path.iterdir()) == []


def test_users_can_be_set_for_make(demo: Study, tmp_path: Path) -> None:
    result = demo.call("explore", "--no-serve", "--output", str(tmp_path), PATH=str(tmp_path), USERS="user_000003")
    assert "The data of 1 of 301 users go into the explorer: user_000003. " in result.stdout


def test_without_a_warehouse_the_sentence_says_what_to_run(new_study: Callable[..., Study]) -> None:
    result = new_study().call("explore")
    assert result.returncode == 1 and "run `make evaluate` first" in result.stderr
