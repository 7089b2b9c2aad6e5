"""What a listener likes, and who likes it too: themes, a cluster, the nearest listeners."""

import altair as alt

from models_py.reports.examples import Example
from models_py.reports.page.asking import Marts, literal
from models_py.reports.page.blocks import Chart, Column, Missing, Sentence, Table
from models_py.reports.page.theme import values
from models_py.reports.page.wording import counted, percent

NEAREST = 5
BAR_HEIGHT = 30


def themes(marts: Marts, person: Example) -> Chart | Missing:
    """Draw which themes the listener's plays belong to."""
    asked = marts.ask(
        f"""
        with

        mine as (
            select
                *,
                -- of artists where there are such themes, by the model whose weights have no signs where it is there
                dense_rank() over (order by item_type = 'artist' desc, model_name = 'nmf' desc) as preference
            from marts.user_themes
            where user_id = {literal(person.user_id)}
        )

        select
            mine.rank,
            themes.theme_label as theme,
            round(mine.share, 6) as share,
            mine.item_type,
            themes.top_items
        from mine
        inner join marts.themes
            on mine.item_type = themes.item_type
            and mine.model_name = themes.model_name
            and mine.theme_id = themes.theme_id
        where mine.preference = 1
        order by mine.rank
        """
    )
    if not asked.rows:
        return Missing(
            f"Not enough data: {person.user_id} has no themes, which need enough plays of what others play too."
        )
    first = asked.first
    caption = f"The first theme, {first['theme']}, is led by {first['top_items']}."
    drawn = [{**row, "label": f"{row['theme']}: {percent(row['share'])}"} for row in asked.rows]
    x = alt.X("share:Q", title="Share of the listener's taste", axis=alt.Axis(format="%", tickCount=5))
    # two themes may have one label
    y = alt.Y("rank:O", axis=None)
    bars = alt.Chart(values(drawn)).mark_bar(height=6, yOffset=8, tooltip=None).encode(x=x, y=y)
    names = (
        alt.Chart(values(drawn))
        .mark_text(align="left", yOffset=-5, limit=300, tooltip=None)
        .encode(y=y, x=alt.value(0), text="label:N")
    )
    return Chart(
        f"themes_{person.kind}",
        "Themes",
        caption,
        f"Bars, one per theme of {first['item_type']}s, as long as its share of the listener's taste. {caption}",
        (bars + names).properties(width="container", height=BAR_HEIGHT * len(drawn)).to_dict(),
        asked.sql,
    )


def cluster(marts: Marts, person: Example) -> Sentence | Missing:
    """Say which cluster of listeners this one is in."""
    asked = marts.ask(
        f"""
        select
            profiles.cluster_label,
            profiles.size,
            profiles.share,
            profiles.top_artists
        from marts.user_clusters as clusters
        inner join marts.cluster_profiles as profiles
            on profiles.entity_type = 'user' and clusters.cluster_id = profiles.cluster_id
        where clusters.user_id = {literal(person.user_id)}
        """
    )
    if not asked.rows:
        return Missing(
            f"Not enough data: {person.user_id} is in no cluster, because none were found or the plays are too few."
        )
    row = asked.first
    text = (
        f"Cluster: {row['cluster_label']}, with {counted(row['size'], 'listener')}, {percent(row['share'])} of those "
        "in clusters."
    )
    artists = f" They favour {row['top_artists']}." if row["top_artists"] else ""
    return Sentence(text + artists, asked.sql)


def neighbours(marts: Marts, person: Example) -> Table | Missing:
    """List the nearest listeners with what both play."""
    asked = marts.ask(
        f"""
        select
            similar_user_id,
            similarity,
            format('{{:,}} artists', shared_artist_count) || coalesce(', such as ' || shared_artists, '') as shared
        from marts.similar_users
        where user_id = {literal(person.user_id)} and rank <= {NEAREST}
        order by rank
        """
    )
    if not asked.rows:
        return Missing(f"Not enough data: nobody is near {person.user_id}, whose plays are too few to compare.")
    columns = (
        Column("similar_user_id", "Listener"),
        Column("similarity", "Cosine", ".2f"),
        Column("shared", "Both play"),
    )
    return Table(f"nearest_{person.kind}", "Nearest listeners", columns, asked.rows, asked.sql)
