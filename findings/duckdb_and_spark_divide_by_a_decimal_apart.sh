#!/usr/bin/env bash
# duckdb 1.5.6 and pyspark 4.3.0: a whole number divided by a literal with a point, such as 4294967297.0, is a double in DuckDB. In
# Spark the literal is a decimal and so is the quotient, with a scale that the types decide: a draw between 0 and 1 made of a hash
# keeps fewer digits than a double has, and what is ordered by it comes otherwise. Written 4294967297e0 it is a double in both.
# Seen:
#   5 / 4294967297.0: duckdb DOUBLE 1.1641532179983e-09, spark decimal(33,12) 1.164e-09
#   5 / 4294967297e0: duckdb DOUBLE 1.1641532179983e-09, spark double 1.1641532179983e-09
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
for literal in ("4294967297.0", "4294967297e0"):
    quotient = f"cast(5 as bigint) / {literal}"
    there = duckdb.execute(f"select {quotient}, typeof({quotient})").fetchone()
    here = spark.sql(f"select {quotient}, typeof({quotient})").first()
    print(f"5 / {literal}: duckdb {there[1]} {there[0]:.14g}, spark {here[1]} {float(here[0]):.14g}", flush=True)
    assert (there[1], here[1]) == ("DOUBLE", "double" if "e" in literal else "decimal(33,12)")
    assert (float(here[0]) == there[0]) == ("e" in literal)
PYTHON
