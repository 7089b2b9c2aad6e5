#!/usr/bin/env bash
# duckdb 2.0.1: among values that are equally frequent, mode() answers by the number of threads, even for three rows.
# With an order inside (`mode(x order by x)`) the answer is one. duckdb 1.5.6 gave the first value with any number of threads.
# Seen:
#   1.5.6 plain {1: 3, 2: 3, 4: 3} ordered {1: 1, 2: 1, 4: 1}
#   2.0.1 plain {1: 3, 2: 2, 4: 2} ordered {1: 1, 2: 1, 4: 1}
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 1.5.6 2.0.1; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "duckdb==$version"
    "$folder/$version/bin/python" - <<'PYTHON'
import duckdb

found = {}
for aggregate in ("mode(x)", "mode(x order by x)"):
    found[aggregate] = {}
    for threads in (1, 2, 4):
        connection = duckdb.connect(config={"threads": threads})
        answer = connection.execute(f"select {aggregate} from (values (3), (1), (2)) as t (x)").fetchall()
        found[aggregate][threads] = answer[0][0]
plain, ordered = found.values()
print(duckdb.__version__, "plain", plain, "ordered", ordered)
assert ordered == {1: 1, 2: 1, 4: 1}
assert plain == {"1.5.6": {1: 3, 2: 3, 4: 3}, "2.0.1": {1: 3, 2: 2, 4: 2}}[duckdb.__version__]
PYTHON
done
