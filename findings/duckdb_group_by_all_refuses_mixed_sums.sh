#!/usr/bin/env bash
# duckdb 1.5.6 and 2.0.1: `group by all` refuses a selected expression that mixes an aggregate with a grouped column, though
# the column is selected alone as well. The same query with `group by g` written out is answered.
# Seen, for select g, g + sum(x):
#   1.5.6 group by g [(1, 4), (2, 7)] group by all Binder Error: Cannot mix aggregates with non-aggregated columns!
#   2.0.1 group by g [(1, 4), (2, 7)] group by all Binder Error: Cannot mix aggregates with non-aggregated columns!
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 1.5.6 2.0.1; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "duckdb==$version"
    "$folder/$version/bin/python" - <<'PYTHON'
import duckdb

query = "select g, g + sum(x) from (values (1, 2), (2, 5), (1, 1)) as t (g, x) group by "
written = sorted(duckdb.execute(query + "g").fetchall())
try:
    refusal = duckdb.execute(query + "all").fetchall()
except duckdb.BinderException as error:
    refusal = str(error).splitlines()[0]
print(duckdb.__version__, "group by g", written, "group by all", refusal)
assert written == [(1, 4), (2, 7)]
assert refusal == "Binder Error: Cannot mix aggregates with non-aggregated columns!"
PYTHON
done
