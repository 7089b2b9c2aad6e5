#!/usr/bin/env bash
# duckdb 1.5.6: with enable_external_access off, a pattern in read_parquet is held against allowed_directories as it is written, and each
# file that it finds is once more. In a pattern a bracket of a folder's name stands as [[]. So the folder 'plays [1]' has to be allowed
# under its name and as the pattern writes it: with either alone nothing is read.
# Seen:
#   allowed by name: refused at the pattern
#   allowed as a pattern: refused at the file
#   allowed as both: read
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==1.5.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from glob import escape
from pathlib import Path

import duckdb

plays = Path.cwd() / "plays [1]"
plays.mkdir()
duckdb.sql(f"copy (select 1 as play) to '{plays}/plays.parquet' (format parquet)")
name, pattern = str(plays), escape(str(plays))
expected = {"by name": ([name], "pattern"), "as a pattern": ([pattern], "file"), "as both": ([name, pattern], "")}
for how, (allowed, refused_at) in expected.items():
    with duckdb.connect() as connection:
        connection.execute(f"set allowed_directories = {allowed}")
        connection.execute("set enable_external_access = false")
        try:
            rows = connection.execute(f"from read_parquet('{pattern}/*.parquet')").fetchall()
            seen = "read"
            assert not refused_at and rows == [(1,)]
        except duckdb.PermissionException as error:
            place = "pattern" if "*" in str(error).splitlines()[0] else "file"
            seen = f"refused at the {place}"
            assert place == refused_at
    print(f"allowed {how}: {seen}")
PYTHON
