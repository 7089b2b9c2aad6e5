#!/usr/bin/env bash
# dbt-duckdb 1.11.1 and dbt-spark 1.11.0 with dbt-core 1.11.16: no way to write a list in the rows of a unit test serves both. A YAML
# list is put into the SQL as Python shows it, [0.5, 1.5], which DuckDB reads and Spark's parser refuses; dbt-spark takes a text with
# an expression, "array(0.5, 1.5)", out of its quotes, which DuckDB casts as the text that it is, and refuses.
# Seen:
#   duckdb: yaml_list passes text fails: Conversion Error
#   spark: yaml_list fails: PARSE_SYNTAX_ERROR text passes
# Needs Java 17. Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==1.5.6 dbt-spark==1.11.0 pyspark==4.3.0 sqlparams==6.2.0
mkdir -p "$folder/project/models"
cd "$folder/project"
cat > dbt_project.yml <<'YAML'
name: small
version: "1.0.0"
profile: small
flags: {send_anonymous_usage_stats: false}
YAML
cat > profiles.yml <<'YAML'
small:
  target: duckdb
  outputs:
    duckdb: {type: duckdb, path: small.duckdb}
    spark: {type: spark, method: session, host: none, schema: music, threads: 1}
YAML
echo "{{ config(materialized='table') }} select {{ \"array(0.5e0, 1.5e0)\" if target.type == 'spark' else '[0.5e0, 1.5e0]' }} as weights" \
    > models/draws.sql
echo "select {{ 'size' if target.type == 'spark' else 'len' }}(weights) as n from {{ ref('draws') }}" > models/counted.sql
cat > models/tests.yml <<'YAML'
unit_tests:
  - name: yaml_list
    model: counted
    given: [{input: ref('draws'), rows: [{weights: [0.5, 1.5, 2.5]}]}]
    expect: {rows: [{n: 3}]}
  - name: text
    model: counted
    given: [{input: ref('draws'), rows: [{weights: "array(0.5, 1.5, 2.5)"}]}]
    expect: {rows: [{n: 3}]}
YAML
for engine in duckdb spark; do
    "$folder/venv/bin/dbt" run --quiet --target "$engine" > "$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
    seen=
    for name in yaml_list text; do
        status=passes
        "$folder/venv/bin/dbt" test --quiet --target "$engine" --select "test_name:$name" > "$folder/log" 2>&1 ||
            status="fails: $(grep -o -m 1 'Conversion Error\|PARSE_SYNTAX_ERROR' "$folder/log")"
        seen="$seen $name $status"
    done
    echo "$engine:$seen"
    case $engine in
        duckdb) test "$seen" = " yaml_list passes text fails: Conversion Error" ;;
        spark) test "$seen" = " yaml_list fails: PARSE_SYNTAX_ERROR text passes" ;;
    esac
done
