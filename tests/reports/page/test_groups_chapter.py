"""The chapter on groups: clusters, themes and factorizations as the tables have them, names as text."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import Study
from report_blocks import asked, blocks, check_blocks, copied, data, named, part, study, texts, unsupported

from models_py.reports.page.blocks import Chart, Missing, Section, Sentence
from models_py.reports.page.groups import section
from models_py.reports.page.groups.clusters import clusters
from models_py.reports.page.groups.factorizations import factorizations
from models_py.reports.page.groups.themes import themes
from models_py.reports.page.heading import Heading
from models_py.reports.page.report import render

TABLES = (
    "cluster_profiles cluster_quality evaluation_parameters factorization_quality factorization_readings item_clusters "
    "load_audit_files theme_items theme_quality themes user_clusters user_item_plays users"
).split()
FOUND = (
    "cluster_profiles cluster_quality factorization_quality factorization_readings item_clusters theme_items "
    "theme_quality themes user_clusters"
).split()
NOTHING_FOUND = "; ".join(f"delete from marts.{table}" for table in FOUND)
SCALED = """
    update marts.cluster_quality set silhouette = silhouette * 0.61, half_sample_stability = null;
    update marts.themes set strength = strength * 0.73;
    update marts.theme_quality set coherence = coherence / 2, stability = stability / 3;
    update marts.factorization_quality set rmse = rmse * 1.3;
    update marts.factorization_readings set validation_ndcg = validation_ndcg / 3, rmse_log_plays = 1.77
"""
HOSTILE = [
    "<script>alert(1)</script>",
    "\"; drop table plays; --'",
    "مرحبا בועז",
    "</text><img src=x onerror=alert(2)>",
    "long " * 100,
    "@accent",
]


@pytest.fixture(scope="module")
def path(demo: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the marts that the chapter reads."""
    return copied(demo.warehouse, tmp_path_factory.mktemp("marts") / "music.duckdb", TABLES)


@pytest.fixture(scope="module")
def found(path: Path) -> Section:
    """Ask for the chapter on the demo."""
    return chapter(path)


@pytest.fixture
def changed(demo: Study, tmp_path: Path) -> Callable[[str], Path]:
    """Copy the marts that the chapter reads, changed by some SQL."""
    return lambda changes="": copied(demo.warehouse, tmp_path / "music.duckdb", TABLES, changes)


def chapter(path: Path) -> Section:
    """Ask for the chapter."""
    return asked(section, path)


def query(path: Path, sql: str) -> pd.DataFrame:
    """Ask the tables by other means than the report does."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).df()


def test_each_block_of_the_demo_can_be_drawn_and_read(found: Section) -> None:
    check_blocks(found)
    assert not texts(found, Missing)
    drawn = {block.name for block in blocks(found) if isinstance(block, Chart)}
    assert {f"{kind}_{entity}" for kind in ("map", "silhouettes") for entity in ("user", "track", "artist")} <= drawn
    assert {f"theme_items_{kind}" for kind in ("track", "artist")} <= drawn


@pytest.mark.parametrize("changes", ["", SCALED])
def test_every_figure_of_a_text_is_in_the_rows_of_its_query(changed: Callable[[str], Path], changes: str) -> None:
    path = changed(changes)
    profiles = query(path, "select share from marts.cluster_profiles")["share"]
    shares = [f"{share:.0%}" for share in profiles]
    for block in blocks(chapter(path)):
        if isinstance(block, Sentence):
            assert not unsupported(block.text, block.sql or "select 1", path, [20]), block.text
        if isinstance(block, Chart):
            assert not unsupported(f"{block.title} {block.caption} {block.alt}", block.sql, path, [5, *shares]), (
                block.name
            )


def test_the_chosen_clusters_are_described_by_their_own_figures(path: Path, found: Section) -> None:
    best = query(path, "from marts.cluster_quality where entity_type = 'user' and is_chosen").iloc[0]
    users = query(path, "from marts.user_clusters")
    sentence = next(text for text in texts(found) if "listeners fall into" in text)
    assert f"{len(users)} listeners fall into {users['cluster_id'].nunique()} clusters" in sentence
    figures = f"silhouette is {best['silhouette']:.2f}, against {best['silhouette_shuffled']:.2f} for shuffled data"
    assert figures in sentence


def test_a_map_has_every_listener_where_the_table_has_it(path: Path, found: Section) -> None:
    table = query(path, "from marts.user_clusters order by user_id")
    rows = pd.DataFrame([row for row in data(named(found, "map_user")) if row.get("name") in set(table["user_id"])])
    rows = rows.sort_values("name")
    np.testing.assert_allclose(rows[["x", "y"]], table[["x", "y"]], atol=6e-4)
    assert list(rows["cluster_id"]) == list(table["cluster_id"])


def test_large_maps_show_some_and_say_of_how_many(path: Path, found: Section) -> None:
    (count,) = query(path, "select count(*) as n from marts.item_clusters where item_type = 'track'")["n"]
    assert f"Shown are 1,500 of {count:,} tracks" in named(found, "map_track").caption


def test_without_a_solution_that_stands_out_there_are_no_clusters(changed: Callable[[str], Path]) -> None:
    path = changed(
        "update marts.cluster_quality set is_chosen = false where entity_type = 'user'; "
        "delete from marts.user_clusters; delete from marts.cluster_profiles where entity_type = 'user'"
    )
    found = clusters(study(path), "user")
    check_blocks(part(found))
    assert found[0].text.startswith("On these planted tastes, no clusters of listeners: of ")
    assert [block.name for block in found[1:]] == ["silhouettes_user"]


def test_silhouettes_stand_beside_those_of_shuffled_data(path: Path, found: Section) -> None:
    tried = query(path, "from marts.cluster_quality where entity_type = 'artist' and algorithm = 'kmeans'")
    tried = tried[tried["representation"] == tried.loc[tried["is_chosen"], "representation"].iloc[0]]
    rows = pd.DataFrame(data(named(found, "silhouettes_artist"))).drop_duplicates(["series", "n_clusters"])
    for series, column in (("k-means", "silhouette"), ("k-means, shuffled", "silhouette_shuffled")):
        own = rows[rows["series"] == series].set_index("n_clusters")["silhouette"]
        np.testing.assert_allclose(own[tried["n_clusters"]], tried[column], atol=6e-5)


def test_themes_are_ranked_by_strength_with_their_leading_items(path: Path, found: Section) -> None:
    themes = query(
        path, "from marts.themes where item_type = 'artist' and model_name = 'nmf' order by strength desc, theme_id"
    )
    items = query(path, "from marts.theme_items where item_type = 'artist' and model_name = 'nmf' and rank <= 5")
    bars = [row for row in data(named(found, "themes_artist")) if "strength" in row]
    assert [row["theme_label"] for row in bars][: len(themes)] == list(themes["theme_label"])
    np.testing.assert_allclose([row["strength"] for row in bars][: len(themes)], themes["strength"], atol=6e-5)
    leading = data(named(found, "theme_items_artist"))
    expected = []
    for theme in themes.head(8).itertuples():
        own = items[items["theme_id"] == theme.theme_id].sort_values("rank")
        expected += [theme.theme_label, *own["item_name"]]
    assert [row["name"] for row in leading] == expected


def test_themes_no_better_than_chance_are_none(changed: Callable[[str], Path]) -> None:
    path = changed("update marts.theme_quality set is_chosen = false; delete from marts.themes")
    found = themes(study(path), "artist")
    check_blocks(part(found))
    assert "no themes of artists" in found[0].text
    assert [block.name for block in found[1:]] == ["theme_quality_artist"]


@pytest.mark.parametrize(("place", "words"), [(1, "the two readings agree"), (4, "which is place 4 of")])
def test_the_two_readings_of_factorizations_are_compared(
    changed: Callable[[str], Path], place: int, words: str
) -> None:
    # the best of the one reading is put at this place of the other
    path = changed(
        "update marts.factorization_readings set rmse_log_plays_place = case when validation_ndcg_place = 1 "
        f"then {place} when {place} > 1 and model_name = 'global_mean' then 1 else 6 end"
    )
    assert words in factorizations(study(path), "track")[0].text


def test_curves_over_factors_are_those_of_the_logarithms(path: Path, found: Section) -> None:
    quality = query(
        path,
        "from marts.factorization_quality where item_type = 'track' and scale = 'log_plays' and cells = 'held_out'",
    ).set_index(["model_name", "n_factors"])
    for measure in ("rmse", "validation_ndcg"):
        rows = [row for row in data(named(found, f"factorization_{measure}_track")) if "label" not in row]
        assert {row["series"] for row in rows} == set(quality[measure].dropna().reset_index()["model_name"])
        for row in rows:
            assert row["value"] == pytest.approx(quality.loc[(row["series"], row["n_factors"]), measure], abs=6e-5)


@pytest.mark.parametrize(
    "changes",
    [
        NOTHING_FOUND,
        f"{NOTHING_FOUND}; delete from marts.user_item_plays; delete from marts.users",
        f"{NOTHING_FOUND}; delete from marts.user_item_plays where item_type = 'track'",
    ],
)
def test_where_nothing_was_found_the_chapter_says_so(changed: Callable[[str], Path], changes: str) -> None:
    found = chapter(changed(changes))
    check_blocks(found)
    assert texts(found, Missing)
    assert not [block for block in blocks(found) if isinstance(block, Chart)]


def test_items_that_nobody_plays_have_no_groups(changed: Callable[[str], Path]) -> None:
    found = chapter(changed("delete from marts.user_item_plays where item_type = 'track'"))
    assert not [group.name for group in found.groups if "track" in group.name]
    assert not [block.name for block in blocks(found) if isinstance(block, Chart) and "track" in block.name]


def test_hostile_names_are_text(changed: Callable[[str], Path]) -> None:
    names = " ".join(f"when {place} then '{name.replace(chr(39), chr(39) * 2)}'" for place, name in enumerate(HOSTILE))
    path = changed(
        f"update marts.cluster_profiles set cluster_label = case cluster_id {names} else cluster_label end, "
        f"top_artists = case cluster_id {names} end, top_tags = case cluster_id {names} end; "
        f"update marts.user_clusters set cluster_label = case cluster_id {names} else cluster_label end; "
        f"update marts.themes set theme_label = case theme_id {names} else theme_label end; "
        f"update marts.theme_items set item_name = case rank {names} else item_name end"
    )
    found = chapter(path)
    check_blocks(found)
    page = render(Heading("music", False, []), [found])
    assert "<script>alert(1)" not in page and "<img src=x" not in page
    specs = json.loads(page.split('<script id="specs" type="application/json">')[1].split("</script>")[0])
    assert HOSTILE[0] in json.dumps(specs["map_user"], ensure_ascii=False)
    assert [row["name"] for row in data(named(found, "theme_items_artist"))][1:6] == HOSTILE[1:6]
