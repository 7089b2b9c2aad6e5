#!/usr/bin/env bash
# dbt-duckdb 1.11.1 on duckdb 2.0.1: `storage_compatibility_version` under `settings` is accepted and does nothing for the
# file that dbt makes, because settings are set when the file is there already. Under `config_options` it works.
# Seen (storage version in the file's first block; duckdb 1.5.6 opens up to 68):
#   settings 999
#   config_options 64
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    "dbt-core==1.11.16" "dbt-duckdb==1.11.1" "duckdb==2.0.1"
mkdir -p "$folder/project/models"
cd "$folder/project"
echo '{name: one, profile: one, version: "1.0", config-version: 2}' > dbt_project.yml
echo 'select 1 as a' > models/one.sql
export DO_NOT_TRACK=1
for key in settings config_options; do
    cat > profiles.yml <<YAML
one: {target: dev, outputs: {dev: {type: duckdb, path: $key.duckdb, $key: {storage_compatibility_version: v1.0.0}}}}
YAML
    "$folder/venv/bin/dbt" run --quiet
done
"$folder/venv/bin/python" - <<'PYTHON'
from pathlib import Path

for key, expected in {"settings": 999, "config_options": 64}.items():
    version = int.from_bytes(Path(f"{key}.duckdb").read_bytes()[12:20], "little")
    print(key, version)
    assert version == expected
PYTHON
