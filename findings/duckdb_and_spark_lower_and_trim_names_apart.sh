#!/usr/bin/env bash
# duckdb 1.5.6 and pyspark 4.3.0: lower() and trim() give other texts for the same name. Spark lowers a whole text, as Unicode has
# it: a capital sigma at a word's end becomes its final form, a dotted capital I two characters. DuckDB lowers letter by letter.
# DuckDB's trim takes every blank of Unicode off the ends, Spark's the space alone. Keys made from names differ in silence.
# Seen:
#   lower of 039f 0394 039f 03a3: duckdb 03bf 03b4 03bf 03c3, spark 03bf 03b4 03bf 03c2
#   lower of 0130: duckdb 0069, spark 0069 0307
#   trim of 2003 0061 00a0: duckdb 0061, spark 2003 0061 00a0
# Needs Java 17. Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==1.5.6 pyspark==4.3.0
cd "$folder"
"$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import duckdb
from pyspark.sql import SparkSession

spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
expected = {
    ("lower", "\u039f\u0394\u039f\u03a3"): ("\u03bf\u03b4\u03bf\u03c3", "\u03bf\u03b4\u03bf\u03c2"),
    ("lower", "\u0130"): ("i", "i\u0307"),
    ("trim", "\u2003a\u00a0"): ("a", "\u2003a\u00a0"),
}
for (function, text), answers in expected.items():
    query = f"select {function}('{text}')"
    found = duckdb.execute(query).fetchone()[0], spark.sql(query).first()[0]
    codes = [" ".join(f"{ord(letter):04x}" for letter in one) for one in (text, *found)]
    print("{} of {}: duckdb {}, spark {}".format(function, *codes), flush=True)
    assert found == answers, found
PYTHON
