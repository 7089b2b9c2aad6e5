"""Music that is recommended like music with more listeners, and whether it found them."""

from models_py.reports.page.asking import Answered
from models_py.reports.page.blocks import Block, Chart, Column, Missing, Sentence, Table
from models_py.reports.page.drawing import Mark, dots
from models_py.reports.page.insights.limits import limits
from models_py.reports.page.study import NOUNS, Study
from models_py.reports.page.wording import count, counted, figure, interval, percent, signed

COLOURS = {"more": "@accent", "not sure": "@muted", "no more": "@second"}
LEADING = 10
CLAIMS = (
    "that promoting these items would find them listeners: nobody was shown the lists, and what people played they "
    "found by themselves",
    "that the items are better than what is played more",
    "a verdict on a single item, since the check is of all of them together",
)
UNSURE = "that undersold items find no more listeners where the verdict is not sure"


def undersold(study: Study) -> list[Block]:
    """Say what is undersold and what became of it, and list what is most so."""
    asked = _checked(study)
    if not asked.rows:
        return [
            Missing(
                "Not enough data: no lists for discovery were made, so that nothing says what is undersold "
                "(undersold_check has no row)."
            )
        ]
    told = [_told(study, row, asked.sql) for row in asked.rows]
    drawn = [_drawn(asked)] if any(row["lead"] is not None for row in asked.rows) else []
    lists = [block for row in asked.rows for block in _leading(study, row["item_type"])]
    claims = [*CLAIMS, *([UNSURE] if any(row["role"] == "not sure" for row in asked.rows) else [])]
    return [*told, *drawn, *lists, limits(study, claims)]


def _checked(study: Study) -> Answered:
    return study.marts.ask(
        """
        select
            c.item_type,
            c.item_type || 's' as items,
            c.model_name,
            c.is_later,
            c.catalogue_count,
            c.undersold_count,
            c.undersold_count / c.catalogue_count as undersold_share,
            c.item_count,
            c.new_listeners,
            c.control_new_listeners,
            c.new_listener_lead as lead,
            c.ci_low as low,
            c.ci_high as high,
            c.verdict as role,
            format('{:+.2f}', c.new_listener_lead) as text,
            p.headline_k,
            p.undersold_ratio,
            p.undersold_min_lists,
            p.min_segment_users
        from marts.undersold_check as c
        cross join marts.evaluation_parameters as p
        order by c.item_type desc
        """
    )


def _told(study: Study, row: dict[str, object], sql: str) -> Sentence:
    noun = NOUNS[row["item_type"]]
    ratio = f"{row['undersold_ratio']:g}"
    if not row["undersold_count"]:
        text = (
            f"No {row['item_type']} of {count(row['catalogue_count'])} is undersold: none is in at least "
            f"{counted(row['undersold_min_lists'], 'list')} and recommended by {row['model_name']} as are {noun} with "
            f"{ratio} times its listeners."
        )
        return study.says(text, sql)
    text = (
        f"Of {count(row['catalogue_count'])} {noun}, {count(row['undersold_count'])} "
        f"({percent(row['undersold_share'])}) {'is' if row['undersold_count'] == 1 else 'are'} undersold: in at least "
        f"{counted(row['undersold_min_lists'], 'list')}, and recommended by {row['model_name']} as are {noun} with "
        f"{ratio} times the listeners. {_afterwards(row, noun)}"
    )
    return study.says(text, sql)


def _afterwards(row: dict[str, object], noun: str) -> str:
    if row["lead"] is None:
        return f"There are no {noun} as popular to hold them against."
    when = "In the later plays" if row["is_later"] else "In held-out plays of a random split, not later ones,"
    who = "they" if row["item_count"] == row["undersold_count"] else f"{count(row['item_count'])} of them"
    found = (
        f"{when} {who} found {figure(row['new_listeners'], 2)} new "
        f"listeners on average, and {noun} as popular that are recommended less "
        f"{figure(row['control_new_listeners'], 2)}: "
    )
    lead = f"a difference of {signed(row['lead'], 2)}"
    if row["low"] is None:
        return f"{found}{lead}, of too few items (fewer than {count(row['min_segment_users'])}) to say more."
    lead += f" (95% interval {interval(row['low'], row['high'], 2)})"
    verdicts = {
        "more": ", so they found more",
        "no more": ", so they found no more",
        "not sure": ", which does not settle whether they find more",
    }
    return f"{found}{lead}{verdicts[row['role']]}."


def _drawn(asked: Answered) -> Chart:
    rows = [row for row in asked.rows if row["lead"] is not None]
    told = "; ".join(f"{row['items']} {row['text']}" for row in rows)
    known = all(row["is_later"] for row in rows)
    return Chart(
        "undersold_check",
        f"New listeners of undersold items over others as popular, {'later' if known else 'in held-out plays'}",
        f"Dots are mean differences per undersold item to items as popular that are recommended less ({told}), lines "
        "95% intervals, left out for few items. Blue found more, grey is not sure, orange found no more.",
        f"Forest plot of the lead in new listeners per item: {told}.",
        dots(
            rows,
            "lead",
            "Lead in new listeners per item",
            COLOURS,
            row="items",
            mark=Mark(0.0, "no lead"),
            form="+.1~f",
        ),
        asked.sql,
    )


def _leading(study: Study, item_type: str) -> list[Table]:
    asked = study.marts.ask(
        f"""
        select
            item_name,
            artist_name,
            listener_count,
            list_count,
            expected_listener_count,
            undersold_ratio,
            new_listener_count,
            control_new_listeners
        from marts.undersold_items
        where item_type = '{item_type}'
        order by undersold_ratio desc, list_count desc, item_id
        limit {LEADING}
        """
    )
    if not asked.rows:
        return []
    names = (Column("item_name", item_type.capitalize()),)
    names += (Column("artist_name", "Artist"),) if item_type == "track" else ()
    return [
        Table(
            f"undersold_{item_type}",
            f"The most undersold {NOUNS[item_type]}",
            (
                *names,
                Column("listener_count", "Listeners", ","),
                Column("expected_listener_count", "Expected", ","),
                Column("undersold_ratio", "Expected / own", ".2f"),
                Column("list_count", "Lists", ","),
                Column("new_listener_count", "New listeners", ","),
                Column("control_new_listeners", "Of others as popular", ".1f"),
            ),
            asked.rows,
            asked.sql,
            "Expected are the listeners of the item that has, by popularity, the place that this one has by lists.",
        )
    ]
