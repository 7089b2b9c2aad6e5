"""What the data cannot say, whatever the figures are."""

from collections.abc import Iterator

from models_py.reports.page import wording
from models_py.reports.page.asking import Marts
from models_py.reports.page.blocks import Block, Group, Missing, Sentence

ALWAYS = (
    "A play is not a like: nothing here says why something was played, or what was skipped, seen and passed over.",
    "Lists are judged by what people played without having seen them. What a list would change is for an experiment "
    "with people to say, not for these data.",
    "Intervals are over users of these data. They say nothing of other people, other years or other services.",
)


def group(marts: Marts) -> Group:
    """Ask what is left out of account."""
    blocks: list[Block] = [*_times(marts), *_left_out(marts), *_profiles(marts)]
    return Group("limits", "What the data cannot say", [*blocks, *map(Sentence, ALWAYS)])


def _times(marts: Marts) -> Iterator[Block]:
    asked = marts.ask("select count(*) as play_count, max(played_at) as last_played_at from marts.plays")
    row = asked.first
    if row["play_count"]:
        yield Sentence(
            f"The data end on {wording.day(row['last_played_at'])}: what has come out since, nobody in them could "
            "play.",
            asked.sql,
        )
    else:
        yield Missing(
            "Not enough data: there are no times, so nothing can be said of tomorrow, of repeats, of months and hours, "
            "or of what somebody played first. Splits are random, and may promise more than the future keeps."
        )


def _left_out(marts: Marts) -> Iterator[Block]:
    asked = marts.ask(
        """
        select s.item_type, s.user_count, s.left_out_no_training, s.left_out_nothing_relevant_discovery as nothing_new,
            1 - s.share_recommendable as missed_share
        from marts.split_summary as s
        inner join marts.evaluation_parameters as p on s.split_name = p.default_split
        where s.part = 'test' and s.user_count > 0 and s.share_recommendable is not null
            and s.left_out_no_training + s.left_out_nothing_relevant_discovery + (1 - s.share_recommendable) > 0
        order by s.item_type desc
        """
    )
    for row in asked.rows:
        kind = row["item_type"]
        users = (
            f"Of {wording.counted(row['user_count'], 'user')} in the test part of {kind}s, "
            f"{wording.count(row['left_out_no_training'])} had played nothing before it and "
            f"{wording.count(row['nothing_new'])} play nothing new in it: no discovery of theirs is judged. "
        )
        missed = (
            f"{wording.percent(row['missed_share'])} of the pairs of user and {kind} held out are of {kind}s that no "
            "list can hold; they count as misses."
        )
        parts = (users * bool(row["left_out_no_training"] + row["nothing_new"]), missed * bool(row["missed_share"]))
        yield Sentence("".join(parts).strip(), asked.sql)


def _profiles(marts: Marts) -> Iterator[Block]:
    asked = marts.ask(
        """
        select count(*) as user_count, 1 - count(age) / count(*) as without_age,
            1 - count(country) / count(*) as without_country
        from marts.users
        where play_count > 0
        """
    )
    row = asked.first
    if row["user_count"] and row["without_age"] == row["without_country"] == 1:
        yield Sentence("Nothing is known of who the people are: nobody states an age or a country.", asked.sql)
    elif row["user_count"] and (row["without_age"] or row["without_country"]):
        yield Sentence(
            f"Who the people are is known in part: {wording.percent(row['without_age'])} of "
            f"{wording.counted(row['user_count'], 'user')} state no age and {wording.percent(row['without_country'])} "
            "no country, so what differs by either is known only of those who state it.",
            asked.sql,
        )
