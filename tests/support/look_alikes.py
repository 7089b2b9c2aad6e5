"""Simulated files of the real ones' shape, and what the audit has to count in them."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

BROKEN_LINES = 1000


def write_look_alike(real_data: Path, raw: Path, scale: float) -> dict[str, int]:
    """Write a look-alike of a share of the full size, with broken lines; give what was planted."""
    tool = real_data.parent / "tools" / "lookalike.py"
    if not tool.exists():
        pytest.skip(f"no look-alike generator at {tool}")
    size = ["--scale", str(scale), "--corrupt", str(BROKEN_LINES)]
    subprocess.run([sys.executable, tool, raw, *size], check=True, capture_output=True)
    return json.loads((raw / "truth.json").read_text())


def check_audit(audit: Mapping[str, int], truth: Mapping[str, int]) -> None:
    """Compare the counts of mart `load_audit` with what was planted."""
    assert audit["lines_read"] == truth["lines"] + truth["broken_lines"]
    assert audit["lines_rejected"] == truth["broken_lines"] == BROKEN_LINES
    assert audit["exact_duplicates_removed"] == truth["surplus_exact_duplicates"]
    assert audit["bogus_timestamps"] == 2
    assert audit["plays_without_title"] == truth["blank_titles"]
    assert audit["plays_kept"] == truth["lines"] - 2 - truth["surplus_exact_duplicates"]
