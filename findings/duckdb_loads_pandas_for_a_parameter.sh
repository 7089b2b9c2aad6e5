#!/usr/bin/env bash
# duckdb 1.5.6 with pandas 3.0.0 installed: the first query with a parameter, a text or a list, imports pandas, though
# nothing of pandas is asked for or given. The same query with the value written into it does not, whether rows are fetched
# as tuples or as numpy arrays. A short command that asks one question pays for the import, some hundred milliseconds.
# Seen:
#   imported after: nothing no, rows no, arrays no, parameter yes
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==1.5.6 pandas==3.0.0
cd "$folder"
cat > look.py <<'PYTHON'
import sys

import duckdb

connection = duckdb.connect()
seen = {"nothing": "pandas" in sys.modules}
for name, ask in {
    "rows": lambda: connection.execute("select 'a' as v").fetchall(),
    "arrays": lambda: connection.execute("select 1 as v").fetchnumpy(),
    "parameter": lambda: connection.execute("select ? as v", ["a"]).fetchall(),
}.items():
    ask()
    seen[name] = "pandas" in sys.modules
print(f"duckdb {duckdb.__version__}: imported after:", ", ".join(f"{k} {'yes' if v else 'no'}" for k, v in seen.items()))
assert seen == {"nothing": False, "rows": False, "arrays": False, "parameter": True}
PYTHON
"$folder/venv/bin/python" look.py
