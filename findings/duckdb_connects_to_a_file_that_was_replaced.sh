#!/usr/bin/env bash
# duckdb 1.5.6 and 2.0.1: while a process holds a database open, connecting to the same path gives that database, also after
# another file was moved to the path. A program that follows a file which is replaced by rename reads the old one for as
# long as any of its connections is open; another process reads the new one.
# Seen with both versions:
#   held: 1, connected again after the move: 1, another process: 2, after all are closed: 2
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
cd "$folder"
cat > look.py <<'PYTHON'
import os
import subprocess
import sys

import duckdb

QUERY = "select v from t"
for value in (1, 2):
    with duckdb.connect(f"{value}.duckdb") as connection:
        connection.execute(f"create table t as select {value} as v")
os.replace("1.duckdb", "music.duckdb")
held = duckdb.connect("music.duckdb", read_only=True)
os.replace("2.duckdb", "music.duckdb")
again = duckdb.connect("music.duckdb", read_only=True)
seen = [connection.execute(QUERY).fetchall()[0][0] for connection in (held, again)]
other = f"import duckdb; print(duckdb.connect('music.duckdb', read_only=True).execute('{QUERY}').fetchall()[0][0])"
seen.append(int(subprocess.check_output([sys.executable, "-c", other])))
held.close()
again.close()
with duckdb.connect("music.duckdb", read_only=True) as connection:
    seen.append(connection.execute(QUERY).fetchall()[0][0])
print(f"duckdb {duckdb.__version__}: held, connected again, another process, after closing:", *seen)
assert seen == [1, 1, 2, 2]
PYTHON
for version in 1.5.6 2.0.1; do
    "$folder/venv/bin/pip" install --quiet --disable-pip-version-check "duckdb==$version"
    "$folder/venv/bin/python" look.py
    rm -f music.duckdb
done
