"""Who gains most from personal lists: tenths of users by plays, by what they know, by how popular that is."""

import altair as alt

from models_py.reports.page.asking import Answered
from models_py.reports.page.blocks import Block, Chart, Missing, Sentence
from models_py.reports.page.drawing import coloured
from models_py.reports.page.insights.words import within
from models_py.reports.page.placing import Span
from models_py.reports.page.study import Study
from models_py.reports.page.theme import values
from models_py.reports.page.wording import counted, interval, listed, signed

ITEMS = {"tracks": "@accent", "artists": "@third"}
# segment: what its tenths are by, and their axis
SEGMENTS = {
    "activity": ("by plays", "Tenths of users, fewest plays first"),
    "history_length": ("by how much they know", "Tenths of users, fewest items first"),
    "mainstreamness": ("by how popular what they play is", "Tenths of users, least popular music first"),
}
HEIGHT = 230
# pixels between the names at the top
NAME = 56


def tenths(study: Study, segment: str) -> list[Block]:
    """Say which tenth gains most from lists for discovery, if that is sure, and draw all of them."""
    words, _ = SEGMENTS[segment]
    asked = study.marts.ask(
        f"""
        select
            s.item_type || 's' as items,
            regexp_replace(s.segment_value, '^tenth 0?', '') as part,
            s.k,
            s.mean_gain as gain,
            s.ci_low as low,
            s.ci_high as high,
            s.verdict,
            round(s.share_better, 6) as share_better,
            s.n_users,
            p.min_segment_users
        from marts.personalization_segments as s
        cross join marts.evaluation_parameters as p
        where s.task = 'discovery' and s.model_name <> 'most_popular'
            and s.segment = '{segment}' and s.segment_value <> 'unknown'
        order by s.item_type desc, s.segment_value
        """
    )
    sure = {
        items: [row for row in asked.rows if row["items"] == items and row["low"] is not None]
        for items in dict.fromkeys(row["items"] for row in asked.rows)
    }
    judged = {items: rows for items, rows in sure.items() if len(rows) > 1}
    if not judged:
        return [
            Missing(
                f"Not enough data: who gains most from discovery cannot be told {words}; no two tenths of users have "
                "enough users for an interval, or the most popular items are served themselves."
            )
        ]
    told = [_extremes(study, items, words, rows, asked.sql) for items, rows in judged.items()]
    return [*told, _drawn(asked, segment)]


def _extremes(study: Study, items: str, words: str, sure: list[dict[str, object]], sql: str) -> Sentence:
    most, least = (choose(sure, key=lambda row: row["gain"]) for choose in (max, min))
    first, last = (
        f"tenth {row['part']} ({signed(row['gain'])}, 95% interval {interval(row['low'], row['high'])})"
        for row in (most, least)
    )
    start = f"Discovery of {items}, users in tenths {words}:"
    if most["low"] > least["high"]:
        return study.says(f"{start} {first} gains more than {last}.", sql)
    return study.says(f"{start} no tenth clearly gains more; {first} is highest and {last} lowest.", sql)


def _drawn(asked: Answered, segment: str) -> Chart:
    rows, (words, _) = asked.rows, SEGMENTS[segment]
    fewest, most = (choose(row["n_users"] for row in rows) for choose in (min, max))
    groups = {items: [row for row in rows if row["items"] == items] for items in ITEMS}
    pays = listed(
        [
            f"{sum(row['verdict'] == 'pays' for row in of)} of {counted(len(of), 'tenth')} at {items}"
            for items, of in groups.items()
            if of
        ]
    )
    ends = listed(
        [
            f"{items} from {signed(of[0]['gain'])} in the first to {signed(of[-1]['gain'])} in the last tenth"
            for items, of in groups.items()
            if of
        ]
    )
    return Chart(
        f"gain_{segment}",
        f"Discovery: gain over the most popular items, {words}",
        f"Dots are mean gains of a tenth of users ({within(fewest, most, 'evaluated user')} each), lines 95% "
        f"intervals, left out for fewer than {counted(rows[0]['min_segment_users'], 'user')}. Filled dots pay, since "
        f"the whole interval lies above 0: {pays}.",
        f"Dots with intervals of the gain in NDCG@{rows[0]['k']} by tenth of users {words}: {ends}.",
        _dots(asked, segment),
        asked.sql,
    )


def _dots(asked: Answered, segment: str) -> dict[str, object]:
    rows = asked.rows
    span = Span.around([0.0, *(row[name] for row in rows for name in ("gain", "low", "high"))], 0.06)
    parts = [str(number) for number in sorted({int(row["part"]) for row in rows})]
    items = [name for name in ITEMS if name in {row["items"] for row in rows}]
    y = alt.Y(
        "gain:Q",
        title=f"Gain in NDCG@{rows[0]['k']}",
        scale=span.scale(),
        axis=alt.Axis(format="+.2~f", tickCount=5),
    )
    base = alt.Chart(values(rows)).encode(
        x=alt.X("part:N", sort=parts, title=SEGMENTS[segment][1], axis=alt.Axis(labelAngle=0, ticks=False)),
        xOffset=alt.XOffset("items:N", sort=items),
        color=coloured(ITEMS, "items"),
    )
    zero = alt.Chart(values([{"at": 0}])).mark_rule(strokeDash=[4, 3], strokeWidth=1.5, color="@second")
    points = base.mark_point(size=50, opacity=1, strokeWidth=1.5).encode(
        y=y,
        fill=alt.condition("datum.verdict === 'pays'", coloured(ITEMS, "items"), alt.value("@paper")),
        tooltip=["items:N", "part:N", "gain:Q", "low:Q", "high:Q", "verdict:N", "n_users:Q"],
    )
    key = [{"name": name, "dx": NAME * place} for place, name in enumerate(items)]
    names = alt.Chart(values(key)).mark_text(
        align="left", dx={"expr": "datum.dx"}, dy=-12, fontWeight=600, tooltip=None
    )
    return (
        alt.layer(
            zero.encode(y=alt.Y("at:Q", scale=span.scale())),
            base.transform_filter("datum.low !== null").mark_rule(strokeWidth=2).encode(y=alt.Y("low:Q"), y2="high:Q"),
            points,
            names.encode(x=alt.value(0), y=alt.value(0), text="name:N", color=coloured(ITEMS, "name")),
        )
        .properties(width="container", height=HEIGHT)
        .to_dict()
    )
