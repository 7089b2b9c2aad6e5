#!/usr/bin/env bash
# duckdb 2.0.1 for Python: after `execute()` and one `fetchone()`, `execute()` on the same connection drops what is left and
# goes on, but `sql()` raises ResourceInUseException. In 1.5.6 both go on.
# Seen:
#   1.5.6 execute [(1,)] sql [(1,)]
#   2.0.1 execute [(1,)] sql ResourceInUseException
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 1.5.6 2.0.1; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "duckdb==$version"
    "$folder/$version/bin/python" - <<'PYTHON'
import duckdb

connection = duckdb.connect()
found = {}
for method in ("execute", "sql"):
    connection.execute("select * from range(100000)")
    assert connection.fetchone() == (0,)
    try:
        found[method] = getattr(connection, method)("select 1").fetchall()
    except duckdb.Error as error:
        found[method] = type(error).__name__
print(duckdb.__version__, "execute", found["execute"], "sql", found["sql"])
after = {"1.5.6": [(1,)], "2.0.1": "ResourceInUseException"}[duckdb.__version__]
assert found == {"execute": [(1,)], "sql": after}
PYTHON
done
