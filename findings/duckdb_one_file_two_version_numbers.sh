#!/usr/bin/env bash
# A file made by duckdb 2.0.1 has two storage versions: 999 in its first block, which duckdb 1.4.4 names when it refuses the
# file, and 69 further on, which 1.5.6 names. Neither sentence names 2.0.1, though the first block holds the text v2.0.1.
# Seen:
#   1.4.4 refuses the file for version number 999
#   1.5.6 refuses the file for version number 69
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 2.0.1 1.4.4 1.5.6; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "duckdb==$version"
    "$folder/$version/bin/python" - "$folder/file.duckdb" <<'PYTHON'
import re
import sys
from pathlib import Path

import duckdb

path = Path(sys.argv[1])
if duckdb.__version__ == "2.0.1":
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table one as select 1 as a")
    assert path.read_bytes()[52:58] == b"v2.0.1"
    sys.exit()
try:
    duckdb.connect(str(path), read_only=True)
except duckdb.IOException as error:
    number = int(re.search(r"version number (\d+)", str(error))[1])
    print(duckdb.__version__, "refuses the file for version number", number)
    assert number == {"1.4.4": 999, "1.5.6": 69}[duckdb.__version__]
    assert "2.0" not in str(error)
else:
    sys.exit(f"{duckdb.__version__} opens the file")
PYTHON
done
