#!/usr/bin/env bash
# dbt-spark 1.11.0 with dbt-core 1.11.16 and pyspark 4.3.0, method session: an empty cell of a seed's text column is stored as the text
# 'None', not as null, and a cell with an apostrophe stops the seed, because values are put between quotes as they are.
# Seen:
#   empty cell: 'None'
#   apostrophe: exit status 1
# Needs Java 17. Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check dbt-core==1.11.16 dbt-spark==1.11.0 pyspark==4.3.0 sqlparams==6.2.0
mkdir -p "$folder/project/seeds"
cd "$folder/project"
cat > dbt_project.yml <<'YAML'
name: small
version: "1.0.0"
profile: small
flags: {send_anonymous_usage_stats: false}
YAML
cat > profiles.yml <<'YAML'
small:
  target: here
  outputs:
    here: {type: spark, method: session, host: none, schema: music, threads: 1}
YAML
printf 'name,genre\nA,rock\nB,\n' > seeds/artists.csv
printf "name,genre\nGuns n' Roses,rock\n" > seeds/names.csv
"$folder/venv/bin/dbt" seed --quiet --select artists > "$folder/log" 2>&1
"$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
from pyspark.sql import SparkSession

spark = SparkSession.builder.enableHiveSupport().getOrCreate()
genre = spark.sql("select genre from music.artists where name = 'B'").first()[0]
print("empty cell:", repr(genre), flush=True)
assert genre == "None", genre
PYTHON
status=0
"$folder/venv/bin/dbt" seed --quiet --select names > "$folder/log" 2>&1 || status=$?
echo "apostrophe: exit status $status"
test "$status" = 1
