"""The house rules that the build does not check itself, on dbt's manifest and on the Python sources."""

import ast
import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Study

from models_py.recommenders.base import TASKS
from models_py.sources.formats import formats

READABLE = {
    "staging of a format": set(),
    "staging/lastfm": set(),
    "staging/metadata": {"staging/metadata"},
    "staging/feedback": set(),
    "staging/recommender": {"source.recommender", "marts/training", "intermediate/insights"},
    "staging/grouping": {"source.grouping", "intermediate/splits"},
    "intermediate/loading": {
        "staging of a format",
        "staging/lastfm",
        "staging/metadata",
        "intermediate/loading",
        "source.reader",
    },
    "intermediate/splits": {"intermediate/loading", "intermediate/splits", "marts/listening", "seed"}
    | {"staging/grouping"},
    "intermediate/evaluation": {"intermediate/splits", "intermediate/evaluation", "marts/listening", "marts/training"}
    | {"marts/evaluation", "marts/features", "staging/recommender"},
    "intermediate/listening": {"intermediate/loading", "marts/listening"},
    "intermediate/features": {"intermediate/splits", "intermediate/features", "marts/listening"}
    | {"intermediate/listening"},
    "intermediate/insights": {"intermediate/splits", "intermediate/insights", "intermediate/evaluation"}
    | {"intermediate/serving", "staging/recommender", "marts/training", "marts/listening", "marts/features"}
    | {"marts/evaluation", "marts/insights"},
    "intermediate/serving": {"intermediate/splits", "intermediate/serving", "marts/listening", "marts/evaluation"}
    | {"marts/serving", "marts/insights", "staging/recommender"},
    "marts/listening": {"source.lastfm_reader", "staging/lastfm", "intermediate/loading", "intermediate/splits"}
    | {"intermediate/listening"}
    | {"marts/listening", "source.metadata_reader", "staging/metadata", "source.reader", "staging/grouping"},
    "marts/features": {"intermediate/loading", "intermediate/features", "marts/listening"}
    | {"marts/features", "staging/metadata", "seed"},
    # of features the tags alone, by a door of macros/training_lineage.sql
    "marts/training": {
        "intermediate/loading",
        "intermediate/splits",
        "marts/listening",
        "marts/training",
        "marts/features",
    },
    "marts/evaluation": {"intermediate/splits", "intermediate/evaluation", "marts/listening", "marts/training"}
    | {"marts/evaluation", "staging/recommender", "staging/grouping"},
    "marts/factorization": {"marts/evaluation", "marts/factorization", "staging/recommender"},
    "marts/protocols": {"marts/protocols", "staging/recommender"},
    "marts/serving": {"intermediate/serving", "marts/listening", "marts/evaluation", "marts/serving"}
    | {"intermediate/splits", "staging/recommender", "staging/feedback"},
    "marts/insights": {"intermediate/splits", "intermediate/insights", "intermediate/serving", "staging/recommender"}
    | {"intermediate/evaluation", "marts/listening", "marts/evaluation", "marts/insights"},
}


@pytest.fixture(scope="module")
def manifest(demo: Study) -> dict:
    return json.loads((demo.folder / "target" / "manifest.json").read_text())


@pytest.fixture(scope="module")
def models(manifest: dict) -> dict[str, dict]:
    return {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}


def folder(key: str, manifest: dict) -> str:
    """Name the layer of a node: its folder below models/ (of formats, what it is), 'seed', or 'source.<name>'."""
    if key.startswith("source."):
        return f"source.{manifest['sources'][key]['source_name']}"
    if key.startswith("seed."):
        return "seed"
    name = str(Path(manifest["nodes"][key]["path"]).parent)
    return "staging of a format" if name.removeprefix("staging/") in formats() else name


def test_every_model_says_what_a_row_is(models: dict) -> None:
    vague = [node["name"] for node in models.values() if not re.match(r"One row(:| per )", node["description"].strip())]
    assert vague == []


def test_every_column_of_a_mart_is_described(models: dict, demo: Study) -> None:
    built = {
        (schema, table, column)
        for schema, table, column in demo.query(
            "select table_schema, table_name, column_name from information_schema.columns"
        )
    }
    described = {
        (node["schema"], node["name"], column["name"])
        for node in models.values()
        if node["config"]["materialized"] != "ephemeral"
        for column in node["columns"].values()
        if column["description"]
    }
    assert {column for column in built if column[0] == "marts"} <= described <= built


def test_the_file_carries_every_description(manifest: dict, models: dict, demo: Study) -> None:
    described = {}
    for node in [*manifest["nodes"].values(), *manifest["sources"].values()]:
        if node["resource_type"] in ("model", "seed", "source"):
            table = (node["schema"], node.get("identifier") or node["alias"])
            described[(*table, None)] = node["description"].strip()
            described |= {(*table, name): column["description"].strip() for name, column in node["columns"].items()}
    written = demo.query(
        """
        select schema_name, table_name, column_name, comment from duckdb_columns() where not internal
        union all select schema_name, table_name, null, comment from duckdb_tables()
        union all select schema_name, view_name, null, comment from duckdb_views() where not internal
        """
    )
    # the columns of staging and intermediate models are described where unit, null or rule needs saying
    inner = {node["name"] for node in models.values() if node["schema"] != "marts"}
    assert [place for *place, comment in written if not comment and (place[1] not in inner or place[2] is None)] == []
    assert [place for *place, comment in written if (described.get(tuple(place)) or None) != comment] == []


def test_marts_have_contracts_and_keys(models: dict, manifest: dict) -> None:
    keyed = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and (node.get("test_metadata") or {}).get("name") in ("unique", "unique_combination")
    }
    for key, node in models.items():
        if node["path"].startswith("marts/"):
            assert node["contract"]["enforced"], node["name"]
            assert node["access"] == "public", node["name"]
        if node["path"].startswith(("marts/", "staging/recommender/", "staging/grouping/")):
            assert key in keyed, f"{node['name']} has no key test"


def test_no_model_reads_across_the_layers_the_wrong_way(models: dict, manifest: dict) -> None:
    wrong = [
        f"{node['name']} ({folder(key, manifest)}) reads {parent} ({folder(parent, manifest)})"
        for key, node in models.items()
        for parent in node["depends_on"]["nodes"]
        if folder(parent, manifest) not in READABLE[folder(key, manifest)]
    ]
    assert wrong == []


def test_the_door_to_training_cells_leaves_test_out(models: dict) -> None:
    code = next(node["raw_code"] for node in models.values() if node["name"] == "int_train_cells")
    assert "part in ('fit', 'validation')" in code


def test_staging_has_the_columns_and_types_of_what_python_writes(manifest: dict, demo: Study) -> None:
    tables = {
        (source["source_name"], source["name"]): [
            (name, column["data_type"].upper()) for name, column in source["columns"].items()
        ]
        for source in manifest["sources"].values()
        if source["schema"] == "recommender"
    }
    for (source, name), columns in tables.items():
        for table in (f"recommender.{name}", f"staging.stg_{source}__{name}"):
            assert [row[:2] for row in demo.query(f"describe {table}")] == columns, table


def test_every_study_number_reaches_python() -> None:
    variables = yaml.safe_load((ROOT / "dbt_project/dbt_project.yml").read_text())["vars"]
    del variables["formats"]
    mart = yaml.safe_load((ROOT / "dbt_project/models/marts/training/_training__models.yml").read_text())["models"][0]
    assert mart["name"] == "evaluation_parameters"
    assert set(variables) <= {column["name"] for column in mart["columns"]}


def test_splits_name_tasks_that_recommenders_know() -> None:
    with (ROOT / "dbt_project/seeds/splits.csv").open(newline="") as file:
        tasks = {row["split_name"]: row["tasks"].split(",") for row in csv.DictReader(file)}
    assert tasks.pop("full") == [""]
    assert [split for split, named in tasks.items() if set(named) - set(TASKS)] == []


def test_sql_outside_staging_is_portable(models: dict) -> None:
    for node in models.values():
        if not node["path"].startswith("staging/"):
            code = re.sub(r"--.*|\{#.*?#\}", "", node["raw_code"])
            found = re.findall(r"\b(?:asof|pivot|dayofweek)\b|\b(?:hash|string_agg|list_\w+|epoch\w*|log)\(", code)
            assert not found, (node["name"], found)


def imports(path: Path) -> Iterator[str]:
    """Name the modules that a Python file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


# where the code is that shows what an exposure depends on: folders, or the modules beside them
SHOWING = {
    "report": ["models_py/reports/page/**/*.py"],
    "explorer": ["models_py/explorer/**/*.py", "models_py/explorer/web/src/**/*.ts"],
    "command_line": ["models_py/reports/*.py", "models_py/settings/*.py"],
    "service": ["models_py/serving/*.py"],
}


@pytest.mark.parametrize("name", SHOWING)
def test_an_exposure_names_the_marts_that_its_code_names(name: str, manifest: dict, models: dict) -> None:
    exposure = manifest["exposures"][f"exposure.music.{name}"]
    code = "".join(path.read_text() for pattern in SHOWING[name] for path in sorted(ROOT.glob(pattern)))
    marts = {node["name"] for node in models.values() if node["schema"] == "marts"}
    # the explorer's page has the tables of its file without a schema
    page = "".join(path.read_text() for path in (ROOT / "models_py/explorer/web/src").rglob("*.ts"))
    named = re.findall(r"\b(?:from|join) (\w+)", page) if name == "explorer" else []
    read = marts & {*re.findall(r"\bmarts\.(\w+)", code), *named}
    assert read <= {models[key]["name"] for key in exposure["depends_on"]["nodes"]}


COMPUTING = (
    "blends",
    "clustering",
    "diversity",
    "evaluation",
    "explanations",
    "factorization",
    "matrices",
    "recommenders",
    "retention",
    "themes",
)
OPENING = (
    "models_py.warehouse",
    "models_py.dbt",
    "models_py.settings",
    "models_py.jobs",
    "models_py.pipeline",
    "duckdb",
)


def test_what_computes_opens_nothing() -> None:
    waiting = [path for room in COMPUTING for path in (ROOT / "models_py" / room).rglob("*.py")]
    seen = set(waiting)
    for path in waiting:
        for name in imports(path):
            assert not name.startswith(OPENING), f"{path} imports {name}"
            for module in (ROOT / f"{name.replace('.', '/')}.py", ROOT / name.replace(".", "/") / "__init__.py"):
                if name.startswith("models_py.") and module.is_file() and module not in seen:
                    seen.add(module)
                    waiting.append(module)


def test_recommenders_import_no_siblings() -> None:
    shared = {"base", "fitted", "reach", "registry", "__init__"}
    for path in (ROOT / "models_py/recommenders").glob("*.py"):
        siblings = {name.rpartition(".")[2] for name in imports(path) if name.startswith("models_py.recommenders.")}
        assert path.stem in shared or siblings <= shared, path


def test_only_the_warehouse_module_opens_duckdb() -> None:
    openers = [path for path in (ROOT / "models_py").rglob("*.py") if "duckdb" in imports(path)]
    assert openers == [ROOT / "models_py/warehouse.py"]


def test_one_job_opens_test_cells() -> None:
    openers = [path for path in (ROOT / "models_py").rglob("*.py") if "test_interactions" in path.read_text()]
    assert openers == [ROOT / "models_py/jobs/factorization.py"]


def test_each_file_of_tests_has_a_name_of_its_own() -> None:
    """Pytest imports files without packages by their names alone."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert [name for name in sorted(set(names)) if names.count(name) > 1] == []


# what DuckDB alone has, or means otherwise than Spark
OF_ONE_ENGINE = re.compile(
    r"\b(list|list_\w+|string_split|regexp_\w+|try_strptime|strptime|strlen|md5_number|read_\w+|glob|unnest|arg_min|arg_max|epoch_us"
    r"|date_diff|isodow|hash|nfc_normalize|string_agg|make_timestamp|json_\w+|len|array_to_string|isfinite|range|typeof|trim)\s*\("
    # a decimal divisor makes a double there and a decimal of few digits here, and names are quoted otherwise
    r"|\s//\s|\bvarchar\b|\bexclude\b|\browid\b|::|\w\[-?\d|/ \d+\.\d+(?![\de])|\"\w+\""
)


def test_functions_of_one_engine_stand_in_its_own_files() -> None:
    own = {ROOT / "dbt_project" / "macros" / f"{name}.sql" for name in ("engine", "reading", "recommender_tables")}
    models = (ROOT / "dbt_project" / "models").rglob("*.sql")
    macros = (ROOT / "dbt_project" / "macros").glob("*.sql")
    found = {
        f"{path.name}: {match.group().strip()}"
        for path in (*models, *macros)
        if path not in own and not path.stem.endswith("_spark")
        for match in OF_ONE_ENGINE.finditer(without_jinja(path.read_text()))
    }
    assert found == set()


def without_jinja(sql: str) -> str:
    """Leave of a file what is SQL."""
    for pattern in (r"\{#.*?#\}", r"\{%.*?%\}", r"--[^\n]*", r"\{\{.*?\}\}"):
        sql = re.sub(pattern, "", sql, flags=re.DOTALL)
    return sql
