#!/usr/bin/env bash
# duckdb 1.5.6 and 2.0.1: `glob('folder/**')` lists every file at any depth but those that are symbolic links;
# `glob('folder/**/*')`, which reads like the same, lists links to files too. Neither enters a linked folder, but '*/*' does.
# Seen, of a file, a link to a file, and a linked folder with a file:
#   ** ['file.csv']
#   **/* ['file.csv', 'link.csv']
#   */* ['linked/inside.csv']
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/data" "$folder/elsewhere"
touch "$folder/data/file.csv" "$folder/elsewhere/inside.csv"
ln -s "$folder/elsewhere/inside.csv" "$folder/data/link.csv"
ln -s "$folder/elsewhere" "$folder/data/linked"
for version in 1.5.6 2.0.1; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "duckdb==$version"
    (cd "$folder" && "$folder/$version/bin/python" - <<'PYTHON'
import duckdb

print(duckdb.__version__)
expected = {"**": ["file.csv"], "**/*": ["file.csv", "link.csv"], "*/*": ["linked/inside.csv"]}
for pattern, files in expected.items():
    rows = duckdb.execute("select file from glob(?) order by file", [f"data/{pattern}"]).fetchall()
    found = [file.removeprefix("data/") for (file,) in rows]
    print(pattern, found)
    assert found == files, (pattern, found)
PYTHON
    )
done
