#!/usr/bin/env bash
# duckdb 1.5.6 and 2.0.1: read_json asks for twice `maximum_object_size` before it reads a byte, however small the file is:
# 25 bytes are out of memory at a limit of 1 GB where objects of 600 MB are allowed, and are read where 400 MB are.
# Seen:
#   1.5.6 400 MB allowed: read; 600 MB allowed: out of memory
#   2.0.1 400 MB allowed: read; 600 MB allowed: out of memory
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
echo '{"plays": [{"time": 1}]}' > "$folder/plays.json"
for version in 1.5.6 2.0.1; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "duckdb==$version"
    "$folder/$version/bin/python" - "$folder/plays.json" <<'PYTHON'
import sys

import duckdb

found = {}
for megabytes in (400, 600):
    connection = duckdb.connect(config={"threads": 2, "memory_limit": "1GB"})
    options = f"maximum_object_size = {megabytes * 1_000_000}, format = 'unstructured', columns = {{'plays': 'json'}}"
    query = f"select count(*) from read_json('{sys.argv[1]}', {options})"
    try:
        found[megabytes] = "read" if connection.execute(query).fetchone() == (1,) else "not read"
    except duckdb.OutOfMemoryException:
        found[megabytes] = "out of memory"
print(duckdb.__version__, "; ".join(f"{size} MB allowed: {what}" for size, what in found.items()))
assert found == {400: "read", 600: "out of memory"}, found
PYTHON
done
