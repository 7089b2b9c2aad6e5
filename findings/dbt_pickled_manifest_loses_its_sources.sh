#!/usr/bin/env bash
# dbt-core 1.11.16: a parsed manifest that was pickled and read again is accepted by dbtRunner, but no model that reads a
# source can be compiled with it. A copy by to_msgpack and from_msgpack is as good as the first.
# Seen:
#   1.11.16 as parsed True
#   1.11.16 by msgpack True
#   1.11.16 pickled False RefableLookup.find() missing 1 required positional argument: 'manifest'
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==1.5.6
mkdir -p project/models
printf 'name: music\nprofile: music\nflags: {send_anonymous_usage_stats: false}\n' > project/dbt_project.yml
printf 'music: {target: dev, outputs: {dev: {type: duckdb, path: ":memory:"}}}\n' > project/profiles.yml
printf 'sources:\n  - {name: raw, schema: main, tables: [{name: plays}]}\n' > project/models/sources.yml
printf "select * from {{ source('raw', 'plays') }}\n" > project/models/plays.sql
.venv/bin/python - <<'PYTHON' 2> errors.txt || { cat errors.txt >&2; exit 1; }
import pickle
from importlib.metadata import version

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

OPTIONS = ["--quiet", "--log-level", "none", "--project-dir", "project", "--profiles-dir", "project"]
manifest = dbtRunner().invoke(["parse", *OPTIONS]).result
copies = {
    "as parsed": manifest,
    "by msgpack": Manifest.from_msgpack(manifest.to_msgpack()),
    "pickled": pickle.loads(pickle.dumps(manifest)),
}
seen = {}
for how, copy in copies.items():
    result = dbtRunner(manifest=copy).invoke(["compile", *OPTIONS])
    seen[how] = "True" if result.success else f"False {str(result.exception.msg).splitlines()[-1].strip()}"
    print(version("dbt-core"), how, seen[how], flush=True)
lost = "False RefableLookup.find() missing 1 required positional argument: 'manifest'"
assert seen == {"as parsed": "True", "by msgpack": "True", "pickled": lost}
PYTHON
