"""First finding: which groups of listeners and of music, and which themes, stand out from chance."""

from collections.abc import Iterator

import altair as alt

from models_py.reports.page import wording
from models_py.reports.page.asking import Answered, Marts
from models_py.reports.page.blocks import Block, Chart, Group, Missing, Row, Sentence
from models_py.reports.page.theme import room, values

PEOPLE_AND_MUSIC = {"user": "Listeners", "artist": "Artists", "track": "Tracks"}
SPACES = {
    "taste": "by taste, that is by what is played by whom",
    "behaviour": "by behaviour, that is by how much and when",
}


FOUND = """
    with scores as (
        select list_position(['user', 'artist', 'track'], entity_type) as place, 'groups' as kind,
            if(entity_type = 'user', 'listener', entity_type) || 's' as of,
            silhouette as found, silhouette_shuffled as by_chance
        from marts.cluster_quality
        where is_chosen
        union all
        select 3 + list_position(['artist', 'track'], item_type) as place, 'themes' as kind, item_type || 's' as of,
            coherence as found, coherence_random as by_chance
        from marts.theme_quality
        where is_chosen
        qualify row_number() over (partition by item_type order by coherence_lead desc, model_name) = 1
    )
    select kind || ' of ' || of as pattern, kind, of, found, by_chance
    from scores
    order by place
    """


def group(marts: Marts) -> Group:
    """Ask what was found, and what shuffled data have."""
    found = marts.ask(FOUND)
    blocks = [*_lead(marts, found), *_clusters(marts), *_themes(marts), *_beside_chance(found)]
    return Group("patterns", "Finding 1: which patterns there are", blocks)


def _lead(marts: Marts, found: Answered) -> Iterator[Sentence]:
    if found.rows:
        kinds = {kind: [str(row["of"]) for row in found.rows if row["kind"] == kind] for kind in ("groups", "themes")}
        parts = [f"{kind} of {wording.listed(of)}" for kind, of in kinds.items() if of]
        text = f"There is more than chance gives: {wording.listed(parts)}."
        yield Sentence(wording.claim(text, marts.is_demo), found.sql, is_lead=True)


def _clusters(marts: Marts) -> Iterator[Block]:
    asked = marts.ask(
        """
        select q.entity_type, q.representation, q.n_clusters, q.silhouette, q.silhouette_shuffled, q.seed_stability,
            q.half_sample_stability, q.largest_share, q.volume_explained, q.is_chosen,
            q.largest_share > p.max_cluster_share as is_lopsided,
            q.silhouette - q.silhouette_shuffled < p.min_silhouette_gain as is_unclear,
            q.seed_stability < p.min_cluster_stability or q.half_sample_stability < p.min_half_sample_stability
                as is_unstable
        from marts.cluster_quality as q
        cross join marts.evaluation_parameters as p
        qualify row_number() over (
            partition by q.entity_type
            order by q.is_chosen desc, q.silhouette - q.silhouette_shuffled desc, q.preference
        ) = 1
        order by list_position(['user', 'artist', 'track'], q.entity_type)
        """
    )
    if not asked.rows:
        yield Missing(
            "Not enough data: too few users and items are active, or nothing was fitted (`make evaluate`), so nothing "
            "was clustered."
        )
    for row in asked.rows:
        yield Sentence(_of_clusters(row), asked.sql)


def _of_clusters(row: Row) -> str:
    who = PEOPLE_AND_MUSIC[str(row["entity_type"])]
    scores = (
        f"its silhouette is {wording.figure(row['silhouette'], 2)}, that of shuffled data "
        f"{wording.figure(row['silhouette_shuffled'], 2)}"
    )
    stable = (
        f"{wording.figure(row['seed_stability'], 2)} between seeds and "
        f"{wording.figure(row['half_sample_stability'], 2)} between halves of the data, where one is the same"
    )
    if not row["is_chosen"]:
        faults = {
            "is_lopsided": f"one cluster holds {wording.percent(row['largest_share'])} of them",
            "is_unclear": "that is too little above chance",
            "is_unstable": "it changes too much with seed or sample",
        }
        why = wording.listed([words for fault, words in faults.items() if row[fault]] or ["others were preferred"])
        return (
            f"{who} fall into no groups that can be relied on. The clearest of the groupings tried has "
            f"{wording.counted(row['n_clusters'], 'cluster')}: {scores}, and it agrees with itself to {stable}. It is "
            f"not taken because {why}."
        )
    volume = (
        f" {wording.percent(row['volume_explained'])} of the differences in how much people play lie between the "
        "groups."
        if row["entity_type"] == "user" and row["volume_explained"] is not None
        else ""
    )
    return (
        f"{who} fall into {wording.counted(row['n_clusters'], 'group')} {SPACES[str(row['representation'])]}. The "
        f"grouping is clearer than chance ({scores}) and stable ({stable}).{volume}"
    )


def _themes(marts: Marts) -> Iterator[Block]:
    asked = marts.ask(
        """
        select item_type, model_name, n_themes, coherence, coherence_random, coherence_lead, coherence_lead_low,
            coherence_lead_high, stability
        from marts.theme_quality
        where is_chosen
        qualify row_number() over (partition by item_type order by coherence_lead desc, model_name) = 1
        order by item_type
        """
    )
    if not asked.rows:
        yield Missing(
            "Not enough data: there are no themes that are stable and hold together better than chance would, or none "
            "were tried."
        )
    for row in asked.rows:
        yield Sentence(
            f"What is played together makes {wording.counted(row['n_themes'], 'theme')} of {row['item_type']}s "
            f"({row['model_name']}). Their top {row['item_type']}s share listeners with a coherence of "
            f"{wording.figure(row['coherence'], 2)}, as popular ones at random with "
            f"{wording.figure(row['coherence_random'], 2)}: a lead of {wording.figure(row['coherence_lead'], 2)} (95% "
            f"interval {wording.interval(row['coherence_lead_low'], row['coherence_lead_high'], 2)}).",
            asked.sql,
        )


def _beside_chance(asked: Answered) -> Iterator[Block]:
    if not asked.rows:
        return
    order = [str(row["pattern"]) for row in asked.rows]
    chart = alt.Chart(values(asked.rows)).encode(y=alt.Y("pattern:N", title=None, sort=order))
    axis = {"title": "Silhouette of groups, coherence of themes", "axis": alt.Axis(tickCount=5)}
    link = chart.mark_rule(strokeWidth=2, color="@step2").encode(x=alt.X("by_chance:Q", **axis), x2="found:Q")
    chance = chart.mark_point(size=70, filled=False, strokeWidth=2, color="@muted").encode(x="by_chance:Q")
    found = chart.mark_circle(size=90, opacity=1, color="@accent").encode(x="found:Q")
    labels = chart.mark_text(align="left", dx=8).encode(x="found:Q", text=alt.Text("found:Q", format=".2f"))
    drawn = (link + chance + found + labels).properties(width="container", height=alt.Step(30), padding=room(right=36))
    yield Chart(
        "patterns_beside_chance",
        "Patterns, beside what chance gives",
        "Dots are what was found, rings what the same method finds in shuffled data, or popular items drawn at random. "
        "The longer the line between them, the more there is to the pattern.",
        f"Dots and rings: {wording.listed(order)} down, score across; found "
        f"{wording.listed([wording.figure(row['found'], 2) for row in asked.rows])}, by chance "
        f"{wording.listed([wording.figure(row['by_chance'], 2) for row in asked.rows])}.",
        drawn.to_dict(),
        asked.sql,
    )
