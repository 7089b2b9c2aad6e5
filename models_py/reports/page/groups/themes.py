"""Themes: what is played together, how strong and how coherent each is, and how many there are."""

import altair as alt

from models_py.reports.page.asking import Answered
from models_py.reports.page.blocks import Block, Chart, Column, Missing, Sentence, Table
from models_py.reports.page.drawing import NAMES, TICKS, Look
from models_py.reports.page.groups.tried import tried
from models_py.reports.page.study import NOUNS, Study
from models_py.reports.page.theme import values
from models_py.reports.page.wording import counted

SHOWN = 8
ITEMS = 5
STEP = 18
# rows of a chart are keyed by their place in four digits, then their name: names may be alike, or hostile
NAME_OF_KEY = "slice(datum.value, 4)"
IS_HEAD = "slice(datum.value, 2, 4) == '00'"
ROWS = {**NAMES, "labelExpr": NAME_OF_KEY}
LOOKS = {
    "nmf": Look("@accent"),
    "nmf, at random": Look("@accent", is_dashed=True),
    "svd": Look("@second"),
    "svd, at random": Look("@second", is_dashed=True),
}


def themes(study: Study, item_type: str) -> list[Block]:
    """Say how many themes there are, and draw them."""
    found = study.marts.ask(
        f"""
        select
            model_name, n_themes, coherence, coherence_low, coherence_high, coherence_random, stability,
            half_sample_stability, is_chosen, count(*) over (partition by model_name) as tried
        from marts.theme_quality
        where item_type = '{item_type}'
        order by model_name, is_chosen desc, coherence desc
        """
    )
    if not found.rows:
        return [
            Missing(
                f"Not enough data: no themes of {NOUNS[item_type]} were tried (theme_quality has no row); too few of "
                "them are active, or nothing was fitted (`make evaluate`)."
            )
        ]
    chosen = [row for row in found.rows if row["model_name"] == "nmf" and row["is_chosen"]]
    drawn = _found(study, item_type) if chosen else []
    return [_chosen(study, item_type, found), *drawn, _quality(study, item_type)]


def _found(study: Study, item_type: str) -> list[Block]:
    asked = study.marts.ask(
        f"""
        select
            format('{{:04d}}', row_number() over (order by strength desc, theme_id)) || theme_label as key,
            count(*) over () as themes, theme_label, round(strength, 6) as strength,
            format('{{:.1f}}%', 100 * strength) as text, coherence, coherence_random, stability, top_tags,
            (
                select string_agg({_name(item_type)}, ', ' order by i.rank) from marts.theme_items as i
                where i.item_type = t.item_type and i.model_name = t.model_name and i.theme_id = t.theme_id
                    and i.rank <= {ITEMS}
            ) as items
        from marts.themes as t
        where item_type = '{item_type}' and model_name = 'nmf'
        order by strength desc, theme_id
        """
    )
    return [_ranked(item_type, asked), _items(study, item_type), _table(item_type, asked)]


def _name(item_type: str) -> str:
    return "i.item_name || ' by ' || i.artist_name" if item_type == "track" else "i.item_name"


def _chosen(study: Study, item_type: str, asked: Answered) -> Sentence:
    of = {
        name: next((row for row in asked.rows if row["model_name"] == name and row["is_chosen"]), None)
        for name in ("nmf", "svd")
    }
    found = of["nmf"]
    if found is None:
        first = next(row for row in asked.rows if row["model_name"] == "nmf")
        return study.says(
            f"No themes of {NOUNS[item_type]}: at none of {counted(first['tried'], 'number')} tried are they more "
            "coherent than items drawn at random.",
            asked.sql,
        )
    half = found["half_sample_stability"]
    stable = f", from half of the users {half:.2f}" if half is not None else ""
    text = (
        f"{found['n_themes']} themes of {NOUNS[item_type]}, by NMF: their leading items are played together more than "
        f"chance has it (mean NPMI {found['coherence']:.2f}, 95% interval {found['coherence_low']:.2f} to "
        f"{found['coherence_high']:.2f}; {found['coherence_random']:.2f} for items as popular, drawn at random). From "
        f"other starts the same themes come back with similarity {found['stability']:.2f}{stable}."
    )
    if of["svd"]:
        text += f" SVD's {of['svd']['n_themes']} components reach {of['svd']['coherence']:.2f}."
    return study.says(text, asked.sql)


def _ranked(item_type: str, asked: Answered) -> Chart:
    rows = asked.rows
    first, last = rows[0], rows[-1]
    y = alt.Y("key:N", sort=[row["key"] for row in rows], title=None, axis=alt.Axis(**ROWS))
    base = alt.Chart(values(rows)).encode(
        y=y,
        x=alt.X(
            "strength:Q",
            title="Share of what the themes rebuild",
            axis=alt.Axis(format="%", grid=True, tickCount=TICKS),
        ),
        tooltip=["theme_label:N", "text:N"],
    )
    spec = alt.layer(
        base.mark_bar(height=12),
        base.mark_text(align="left", dx=8, tooltip=None).encode(x=alt.value("width"), text="text:N"),
    ).properties(width="container", height=STEP * len(rows))
    return Chart(
        f"themes_{item_type}",
        f"Themes of {NOUNS[item_type]}, the strongest first",
        f"Each theme is a factor of who plays what. The strongest, {first['theme_label']}, makes {first['text']} of "
        f"what all rebuild together, the weakest, {last['theme_label']}, {last['text']}.",
        f"Bar chart of the strength of {counted(first['themes'], 'theme')}: {first['theme_label']} {first['text']} "
        f"at the top, {last['theme_label']} {last['text']} at the bottom.",
        spec.to_dict(),
        asked.sql,
    )


def _items(study: Study, item_type: str) -> Chart:
    asked = study.marts.ask(
        f"""
        with strongest as (
            select *, row_number() over (order by strength desc, theme_id) as place
            from marts.themes
            where item_type = '{item_type}' and model_name = 'nmf'
            qualify place <= {SHOWN}
        )

        select format('{{:02d}}00', place) || theme_label as key, theme_label as name, null::double as weight
        from strongest
        union all
        select format('{{:02d}}{{:02d}}', s.place, i.rank) || {_name(item_type)}, {_name(item_type)}, round(i.weight, 6)
        from marts.theme_items as i
        inner join strongest as s
            on i.item_type = s.item_type and i.model_name = s.model_name and i.theme_id = s.theme_id
        where i.rank <= {ITEMS}
        order by key
        """
    )
    rows = asked.rows
    leading = [row for row in rows if row["weight"] is not None]
    bold = {"condition": {"test": IS_HEAD, "value": "bold"}, "value": "normal"}
    y = alt.Y("key:N", sort=[row["key"] for row in rows], title=None, axis=alt.Axis(labelFontWeight=bold, **ROWS))
    spec = (
        alt.Chart(values(rows))
        .mark_bar(height=10)
        .encode(
            y=y,
            x=alt.X(
                "weight:Q",
                title="Weight in the theme (length 1)",
                axis=alt.Axis(format=".2~f", grid=True, tickCount=TICKS),
            ),
            tooltip=["name:N", "weight:Q"],
        )
        .properties(width="container", height=STEP * len(rows))
    )
    return Chart(
        f"theme_items_{item_type}",
        f"Leading {NOUNS[item_type]} of the strongest themes",
        f"Under each theme (bold) stand its leading {NOUNS[item_type]}, by weight. Bars of much the same length "
        "say that the theme is no single item's.",
        f"Bar chart of the weights of leading {NOUNS[item_type]} under each theme: the first is "
        f"{leading[0]['name']} with {leading[0]['weight']:.2f} in {rows[0]['name']}.",
        spec.to_dict(),
        asked.sql,
    )


def _table(item_type: str, asked: Answered) -> Table:
    return Table(
        f"theme_table_{item_type}",
        f"Themes of {NOUNS[item_type]}: coherence, stability, items and tags",
        (
            Column("theme_label", "Theme"),
            Column("strength", "Strength", ".1%"),
            Column("coherence", "Coherence", ".2f"),
            Column("coherence_random", "at random", ".2f"),
            Column("stability", "Stability", ".2f"),
            Column("top_tags", "Tags"),
            Column("items", f"First {ITEMS} {NOUNS[item_type]}"),
        ),
        asked.rows,
        asked.sql,
        "Coherence is the mean NPMI of two leading items over users, the higher the more they are played by the same "
        "ones; at random stand items as popular. Stability is the similarity to the same theme from other starts.",
    )


def _quality(study: Study, item_type: str) -> Chart:
    asked = study.marts.ask(
        f"""
        select
            n_themes, model_name as series, round(coherence, 4) as coherence, round(coherence_low, 6) as low,
            round(coherence_high, 6) as high, is_chosen
        from marts.theme_quality
        where item_type = '{item_type}'
        union all
        select n_themes, model_name || ', at random', round(coherence_random, 6), null, null, false
        from marts.theme_quality
        where item_type = '{item_type}'
        order by series, n_themes
        """
    )
    rows = asked.rows
    best = max((row for row in rows if row["series"] == "nmf"), key=lambda row: row["coherence"])
    axes = (("n_themes", "Number of themes"), ("coherence", "Mean NPMI (-1 to 1)"))
    return Chart(
        f"theme_quality_{item_type}",
        f"Themes of {NOUNS[item_type]}: coherence by number of themes, beside chance",
        f"Dashed lines are as many themes of items as popular, drawn at random; short lines are 95% intervals. NMF is "
        f"most coherent with {best['n_themes']} themes ({best['coherence']:.2f}). "
        + (
            "Ringed is what was chosen for each model: the most coherent number among the stable ones."
            if any(row["is_chosen"] for row in rows)
            else "Nothing was chosen."
        ),
        "Lines of the mean coherence over the number of themes by NMF and SVD, and of random themes: NMF is highest "
        f"with {best['coherence']:.2f} at {best['n_themes']}.",
        tried(rows, *axes, LOOKS),
        asked.sql,
    )
