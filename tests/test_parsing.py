"""What the tests' one parsed project relies on."""

import json
from pathlib import Path

from parsed_project import parse_anew, parsed

OTHER_VARS = "{headline_k: 7, metric_cutoffs: [3], window_days: [4], k_core_rounds: 3, list_length: 9}"


def written(manifest: object) -> dict:
    """Return what was parsed, without the times at which it was."""
    content = manifest.writable_manifest().to_dict()
    del content["metadata"]
    return json.loads(json.dumps(content, default=str), object_hook=without_time)


def without_time(node: dict) -> dict:
    return {name: value for name, value in node.items() if name != "created_at"}


def test_the_project_is_parsed_alike_whatever_the_settings(tmp_path: Path) -> None:
    other = parse_anew(tmp_path / "music.duckdb", tmp_path, OTHER_VARS, SOURCE="360k", RAW="elsewhere", DEMO="nowhere")
    assert written(other) == written(parsed(Path("music.duckdb")))
