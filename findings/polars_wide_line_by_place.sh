#!/usr/bin/env bash
# polars 1.44.2: what a line with one field too many does depends on how far down the file it stands.
#
# read_csv takes the number of columns from the longest of the first 100 lines. A line of four fields among lines of
# three adds a column, null everywhere else and without a word, if it is one of those; the same line further down stops
# the read. So a broken line near the top of a log changes the table's shape, and a test on a short sample of a file
# says nothing about the whole. Give schema= where the number of fields is known.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check polars==1.44.2
cd "$folder"
venv/bin/python - <<'PYTHON'
from pathlib import Path

import polars as pl


def read_with_wide_line(after):
    lines = [f"user\tartist\t{number}" for number in range(after)]
    Path("plays.tsv").write_text("\n".join([*lines, "user\tartist\t1\textra", "user\tartist\t2"]) + "\n")
    try:
        return pl.read_csv("plays.tsv", separator="\t", has_header=False, quote_char=None).width
    except pl.exceptions.ComputeError as error:
        return str(error).splitlines()[0]


near, far = read_with_wide_line(after=99), read_with_wide_line(after=100)
print("as line 100:", near, "columns")
print("as line 101:", far)
assert near == 4
assert far == "found more fields than defined in 'Schema'"
PYTHON
