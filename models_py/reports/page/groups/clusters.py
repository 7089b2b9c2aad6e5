"""Clusters: where they lie, what sets each apart, and how clearly they stand out from shuffled data."""

from collections.abc import Sequence

import altair as alt

from models_py.reports.page.asking import Answered
from models_py.reports.page.blocks import Block, Chart, Column, Missing, Row, Sentence, Table
from models_py.reports.page.drawing import Look, written
from models_py.reports.page.groups.tried import tried
from models_py.reports.page.placing import UPON, Span, placed, shortened
from models_py.reports.page.study import NOUNS, Study
from models_py.reports.page.theme import CATEGORIES, values
from models_py.reports.page.wording import counted

MOST_POINTS = 1500
HEIGHT = 360
LONGEST = 22
SHAPES = ["circle", "triangle-up", "square", "diamond"]
ALGORITHMS = {"kmeans": "k-means", "ward": "Ward"}
REPRESENTATIONS = {"taste": "taste (who plays what)", "behaviour": "behaviour (how much and when)"}
# the table of each entity's points, the name of a point, what picks its rows
POINTS = {
    "user": ("user_clusters", "user_id", "true"),
    "artist": ("item_clusters", "item_name", "item_type = 'artist'"),
    "track": ("item_clusters", "item_name || ' by ' || artist_name", "item_type = 'track'"),
}
SILHOUETTES = {
    "k-means": Look("@accent"),
    "k-means, shuffled": Look("@accent", is_dashed=True),
    "Ward": Look("@second"),
    "Ward, shuffled": Look("@second", is_dashed=True),
}


def clusters(study: Study, entity: str) -> list[Block]:
    """Say what was chosen, and draw it."""
    found = study.marts.ask(
        f"""
        select
            representation,
            algorithm,
            n_clusters,
            silhouette,
            silhouette_shuffled,
            seed_stability,
            half_sample_stability,
            is_chosen,
            count(*) over () as tried,
            (select count(*) from marts.{POINTS[entity][0]} where {POINTS[entity][2]}) as entities
        from marts.cluster_quality
        where entity_type = '{entity}'
        order by preference
        """
    )
    if not found.rows:
        return [
            Missing(
                f"Not enough data: no clusters of {NOUNS[entity]} were tried (cluster_quality has no row); too few of "
                "them are active, or nothing was fitted (`make evaluate`)."
            )
        ]
    drawn = [_map(study, entity), _profiles(study, entity)] if found.first["is_chosen"] else []
    return [_chosen(study, entity, found), *drawn, _silhouettes(study, entity, found.first)]


def _chosen(study: Study, entity: str, found: Answered) -> Sentence:
    first = found.first
    solution = f"{first['n_clusters']} clusters by {ALGORITHMS[first['algorithm']]}"
    null = first["silhouette_shuffled"]
    against = f", against {null:.2f} for shuffled data" if null is not None else ""
    if not first["is_chosen"]:
        return study.says(
            f"No clusters of {NOUNS[entity]}: of {counted(first['tried'], 'solution')} tried, none stands clearly "
            f"above shuffled data, is stable and has no giant cluster. The nearest, {solution} of "
            f"{REPRESENTATIONS[first['representation']]}, has a silhouette of {first['silhouette']:.2f}{against}.",
            found.sql,
        )
    half = first["half_sample_stability"]
    stable = f", and half samples give the same clusters to {half:.2f} (adjusted Rand)" if half else ""
    return study.says(
        f"{first['entities']:,} {NOUNS[entity]} fall into {solution} of {REPRESENTATIONS[first['representation']]}, "
        f"chosen among {counted(first['tried'], 'solution')}: their silhouette is {first['silhouette']:.2f}{against}"
        f"{stable}.",
        found.sql,
    )


def _map(study: Study, entity: str) -> Chart:
    table, name, condition = POINTS[entity]
    asked = study.marts.ask(
        f"""
        with dots as (
            select x, y, cluster_id, cluster_label, {name} as name, count(*) over () as entities
            from marts.{table}
            where {condition}
            qualify row_number() over (order by md5(name), name) <= {MOST_POINTS}
        )

        select
            round(x, 3) as x, round(y, 3) as y, cluster_id, cluster_label, cluster_label as name, share,
            (select count(*) from dots) as shown, (select any_value(entities) from dots) as entities
        from marts.cluster_profiles
        where entity_type = '{entity}'
        union all
        select round(x, 3), round(y, 3), cluster_id, cluster_label, name, null, null, null
        from dots
        order by share desc nulls last, cluster_id, name
        """
    )
    centres = [row for row in asked.rows if row["share"] is not None]
    largest, smallest = centres[0], centres[-1]
    some = f" Shown are {largest['shown']:,} of {largest['entities']:,} {NOUNS[entity]}, drawn at random."
    return Chart(
        f"map_{entity}",
        f"Map of {NOUNS[entity]}: each is a dot, coloured by its cluster",
        f"Near each other are {NOUNS[entity]} that are alike. The map has two of the dimensions that clusters were "
        "found in, so that clusters which overlap here may be apart in others; names that would cover others are left "
        f"out.{some if largest['shown'] < largest['entities'] else ''}",
        f"Scatter plot of {counted(largest['shown'], 'dot')} by cluster: the largest is {largest['cluster_label']} "
        f"({largest['share']:.0%}), the smallest {smallest['cluster_label']} ({smallest['share']:.0%}).",
        _drawn([row for row in asked.rows if row["share"] is None], centres),
        asked.sql,
    )


def _drawn(dots: Sequence[Row], centres: Sequence[Row]) -> dict[str, object]:
    across, up = (Span.around([row[axis] for row in dots], 0.04) for axis in ("x", "y"))
    ids = sorted(row["cluster_id"] for row in centres)
    last = len(CATEGORIES) * len(SHAPES)
    colours = [CATEGORIES[place % len(CATEGORIES)] if place < last else "@muted" for place in range(len(ids))]
    shapes = [SHAPES[min(place // len(CATEGORIES), len(SHAPES) - 1)] for place in range(len(ids))]
    colour = alt.Color("cluster_id:N", scale=alt.Scale(domain=ids, range=colours), legend=None)
    shape = alt.Shape("cluster_id:N", scale=alt.Scale(domain=ids, range=shapes), legend=None)
    plain = alt.Axis(labels=False, ticks=False, grid=False)
    position = {
        "x": alt.X("x:Q", title="First principal component (no unit)", scale=across.scale(), axis=plain),
        "y": alt.Y("y:Q", title="Second principal component", scale=up.scale(), axis=plain),
    }
    named = [{**row, "short": shortened(row["cluster_label"], LONGEST)} for row in centres]
    labels = placed(named, ("x", across), ("y", up), "short", HEIGHT, UPON, on_points=True)
    points = alt.Chart(values(dots)).mark_point(filled=True, size=26, opacity=0.75)
    return (
        alt.layer(
            points.encode(**position, color=colour, shape=shape, tooltip=["name:N", "cluster_label:N"]),
            *written(labels, position, colour, weight=600),
        )
        .properties(width="container", height=HEIGHT)
        .to_dict()
    )


def _profiles(study: Study, entity: str) -> Table:
    asked = study.marts.ask(
        f"""
        select
            cluster_label,
            size,
            share,
            silhouette,
            replace(distinguishing_features, '_', ' ') as features,
            {"top_tracks" if entity == "track" else "top_artists"} as items,
            top_tags
        from marts.cluster_profiles
        where entity_type = '{entity}'
        order by size desc, cluster_id
        """
    )
    best = "Artists of highest lift" if entity == "user" else f"Best known {NOUNS[entity]}"
    return Table(
        f"profiles_{entity}",
        f"What sets each cluster of {NOUNS[entity]} apart",
        (
            Column("cluster_label", "Cluster"),
            Column("size", NOUNS[entity].capitalize(), ","),
            Column("share", "Share", ".1%"),
            Column("silhouette", "Silhouette", ".2f"),
            Column("top_tags", "Tags"),
            Column("items", best),
            Column("features", "Features (effect size)"),
        ),
        asked.rows,
        asked.sql,
        "An effect size is the distance from everybody else in standard deviations: a fifth is small, four fifths "
        "large. A silhouette near nought says that the cluster runs into another.",
    )


def _silhouettes(study: Study, entity: str, best: dict[str, object]) -> Chart:
    asked = study.marts.ask(
        f"""
        with tried as (
            select *, case algorithm when 'kmeans' then 'k-means' else 'Ward' end as name
            from marts.cluster_quality
            where entity_type = '{entity}' and representation = '{best["representation"]}'
        )

        select
            n_clusters,
            name as series,
            round(silhouette, 6) as silhouette,
            round(silhouette_low, 6) as low,
            round(silhouette_high, 6) as high,
            is_chosen
        from tried
        union all
        select n_clusters, name || ', shuffled', round(silhouette_shuffled, 6), null, null, false
        from tried
        where silhouette_shuffled is not null
        order by series, n_clusters
        """
    )
    rows = asked.rows
    top = max((row for row in rows if row["series"] in ALGORITHMS.values()), key=lambda row: row["silhouette"])
    chosen = next((row for row in rows if row["is_chosen"]), None)
    axes = (("n_clusters", "Number of clusters"), ("silhouette", "Mean silhouette (-1 to 1)"))
    return Chart(
        f"silhouettes_{entity}",
        f"Clusters of {NOUNS[entity]}: silhouette by number of clusters, beside shuffled data",
        f"Solid lines are clusters of {REPRESENTATIONS[best['representation']]}, dashed ones clusters of the same data "
        f"shuffled: only the distance between them counts. The highest is {top['silhouette']:.2f} with "
        f"{top['n_clusters']} clusters ({top['series']}). "
        + (
            f"Ringed is what was chosen, {chosen['n_clusters']} clusters, which have to be stable as well."
            if chosen
            else "None was chosen."
        ),
        "Lines of the mean silhouette over the number of clusters by k-means and Ward, and of shuffled data: highest "
        f"{top['silhouette']:.2f} at {top['n_clusters']}.",
        tried(rows, *axes, SILHOUETTES),
        asked.sql,
    )
