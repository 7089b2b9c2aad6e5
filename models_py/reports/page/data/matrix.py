"""How empty the matrix of users and items is, before and after what is too rare is left out, and what it looks like."""

from collections.abc import Iterator

import altair as alt

from models_py.reports.page import wording
from models_py.reports.page.asking import Marts
from models_py.reports.page.blocks import Block, Chart, Column, Group, Missing, Row, Sentence, Table
from models_py.reports.page.theme import STEPS, values

COLUMNS = (
    Column("items", "Items"),
    Column("stage", "Filter"),
    Column("user_count", "Users", ","),
    Column("item_count", "Items", ","),
    Column("cell_count", "Pairs played", ","),
    Column("density", "Density", ".2%"),
    Column("median_items_per_user", "Items per user, median", ",.0f"),
    Column("median_users_per_item", "Users per item, median", ",.0f"),
    Column("gini_of_plays", "Gini of plays", ".2f"),
)
# what share of a bin's pairs is played, in words
BANDS = ("under 0.1%", "to 1%", "to 5%", "to 20%", "to 50%", "over 50%")


def group(marts: Marts) -> Group:
    """Ask for sparsity, and what the filter costs."""
    return Group("matrix", "How empty the matrix is", list(_blocks(marts)))


def _blocks(marts: Marts) -> Iterator[Block]:
    costs = marts.ask(
        """
        select c.item_type, raw.user_count, raw.item_count,
            1 - raw.density as empty_share, 1 - active.density as active_empty_share,
            p.min_items_per_user,
            if(c.item_type = 'track', p.min_users_per_track, p.min_users_per_artist) as min_users_per_item,
            c.share_of_users_dropped, c.share_of_items_dropped, c.share_of_plays_dropped
        from marts.filter_costs as c
        inner join marts.evaluation_parameters as p on c.split_name = p.default_split
        inner join marts.matrix_sparsity as raw
            on c.split_name = raw.split_name and c.item_type = raw.item_type and raw.stage = 'all'
        left join marts.matrix_sparsity as active
            on c.split_name = active.split_name and c.item_type = active.item_type and active.stage = 'active'
        order by c.item_type
        """
    )
    if not costs.rows:
        yield Missing("Not enough data: nothing is left to learn from, so there is no matrix.")
        return
    for row in costs.rows:
        yield Sentence(_of_filter(row), costs.sql)
    yield _sparsity(marts)
    pictures = list(_pictures(marts))
    yield from pictures or [
        Missing("Not enough data: no user and no item is active, so there is no matrix to look at.")
    ]


def _of_filter(row: Row) -> str:
    kind = row["item_type"]
    # an inactive matrix has no cell
    after = (
        f"what is left is {wording.percent(row['active_empty_share'])} empty"
        if row["active_empty_share"] is not None
        else "nothing is left"
    )
    return (
        f"The training part has {wording.counted(row['user_count'], 'user')} and "
        f"{wording.counted(row['item_count'], str(kind))}, and {wording.percent(row['empty_share'])} of their pairs "
        "were never played. Models learn from users with at least "
        f"{wording.counted(row['min_items_per_user'], str(kind))} and {kind}s with at least "
        f"{wording.counted(row['min_users_per_item'], 'listener')}: that leaves out "
        f"{wording.percent(row['share_of_users_dropped'])} of users, {wording.percent(row['share_of_items_dropped'])} "
        f"of {kind}s and {wording.percent(row['share_of_plays_dropped'])} of plays, and {after}."
    )


def _sparsity(marts: Marts) -> Table:
    asked = marts.ask(
        """
        select s.item_type || 's' as items, if(s.stage = 'all', 'before', 'after') as stage, s.user_count, s.item_count,
            s.cell_count, s.density, s.median_items_per_user, s.median_users_per_item, s.gini_of_plays
        from marts.matrix_sparsity as s
        inner join marts.evaluation_parameters as p on s.split_name = p.default_split
        order by s.item_type, s.stage desc
        """
    )
    return Table(
        "sparsity",
        "The matrix before and after the filter",
        COLUMNS,
        asked.rows,
        asked.sql,
        "Training part of the default split. Density is the share of pairs of user and item with a play.",
    )


def _pictures(marts: Marts) -> Iterator[Chart]:
    for item_type in ("artist", "track"):
        asked = marts.ask(
            f"""
            with spy as (
                select user_bin // 2 as user_bin, item_bin // 2 as item_bin, sum(cell_count) as cell_count
                from marts.matrix_spy
                where item_type = '{item_type}'
                group by all
            ),
            users as (
                select user_bin // 2 as user_bin, sum(user_count) as user_count
                from (select distinct user_bin, user_count from marts.matrix_spy where item_type = '{item_type}')
                group by all
            ),
            items as (
                select item_bin // 2 as item_bin, sum(item_count) as item_count
                from (select distinct item_bin, item_count from marts.matrix_spy where item_type = '{item_type}')
                group by all
            )
            select user_bin, user_bin + 1 as user_end, item_bin, item_bin + 1 as item_end,
                round(cell_count / (user_count * item_count), 4) as density,
                case when density < 0.001 then '{BANDS[0]}' when density < 0.01 then '{BANDS[1]}'
                    when density < 0.05 then '{BANDS[2]}' when density < 0.2 then '{BANDS[3]}'
                    when density < 0.5 then '{BANDS[4]}' else '{BANDS[5]}' end as played
            from spy
            inner join users using (user_bin)
            inner join items using (item_bin)
            order by user_bin, item_bin
            """
        )
        if asked.rows:
            yield _picture(item_type, asked.rows, asked.sql)


def _picture(item_type: str, rows: list[dict[str, object]], sql: str) -> Chart:
    edge = alt.Axis(labels=False, ticks=False, grid=False, domain=False)
    densest = max(rows, key=lambda row: row["density"])
    cells = (
        alt.Chart(values(rows))
        .mark_rect()
        .encode(
            x=alt.X("item_bin:Q", title=f"{item_type.capitalize()}s, most widely played first", axis=edge),
            x2="item_end:Q",
            y=alt.Y("user_bin:Q", title="Users, heaviest first", axis=edge, scale=alt.Scale(reverse=True)),
            y2="user_end:Q",
            color=alt.Color(
                "played:O",
                title="Pairs played",
                scale=alt.Scale(domain=list(BANDS), range=STEPS),
                legend=alt.Legend(orient="top", columns=3, symbolType="square", columnPadding=16),
            ),
        )
        .properties(width="container", height=300)
    )
    return Chart(
        f"matrix_of_{item_type}s",
        f"Who played which {item_type}s",
        f"Active users and {item_type}s of the training part, both in order of how many of the other they have, in up "
        "to fifty bins along each side; blank where nothing was played. What stands out at the upper left is what "
        "everybody knows: a recommender is of use at the right. The densest bin has "
        f"{wording.percent(densest['density'])} of its pairs played.",
        f"Picture of the matrix: {item_type}s across, users down, share of pairs played by colour, at most "
        f"{wording.percent(densest['density'])}.",
        cells.to_dict(),
        sql,
    )
