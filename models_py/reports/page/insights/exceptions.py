"""Where personal lists do not pay, or where that is not known: per kind of list, the groups of users."""

from models_py.reports.page.asking import Answered
from models_py.reports.page.blocks import Block, Column, Missing, Sentence, Table
from models_py.reports.page.insights.limits import limits
from models_py.reports.page.study import Board, Study, boards
from models_py.reports.page.wording import count, counted, listed

VERDICTS = {"pays": "pays", "not_sure": "may or may not pay", "does_not_pay": "does not pay"}
CLAIMS = (
    "that lists should be the same for everybody in a group that is not sure, since more users could decide it",
    "that a group pays because of what its users have in common: groups overlap, and each user is in one of every kind",
    "that a person should be served by country, gender or age, which no model here has seen",
)


def exceptions(study: Study) -> list[Block]:
    """Say in how many groups personalization does not pay, and list them."""
    judged = [(board, asked) for board in boards(study) if (asked := _counted(board)).rows]
    if not judged:
        return [
            Missing("Not enough data: no group of users was evaluated, so that nothing says where not to personalize.")
        ]
    told = [_told(board, asked) for board, asked in judged]
    lists = [
        block
        for item_type in dict.fromkeys(board.item_type for board, _ in judged)
        for block in _listed(study, item_type)
    ]
    return [*told, *lists, limits(study, CLAIMS)]


def _counted(board: Board) -> Answered:
    return board.study.marts.ask(
        f"""
        select
            s.model_name,
            p.min_segment_users,
            count(*) as groups,
            count(*) filter (where s.verdict = 'pays') as pays,
            count(*) filter (where s.verdict = 'does not pay') as does_not_pay,
            count(*) filter (where s.verdict = 'not sure' and s.ci_low is not null) as not_sure,
            count(*) filter (where s.verdict = 'not sure' and s.ci_low is null) as too_few
        from marts.personalization_segments as s
        cross join marts.evaluation_parameters as p
        where {board.only("s")} and s.segment <> 'everyone'
        group by s.model_name, p.min_segment_users
        """
    )


def _told(board: Board, asked: Answered) -> Sentence:
    row = asked.first
    groups = counted(row["groups"], "group")
    if row["model_name"] == "most_popular":
        return board.study.says(f"{board.title}: nothing is personal, since most_popular itself is served.", asked.sql)
    many = [f"{words} in {count(row[name])}" for name, words in VERDICTS.items()]
    few = (
        f"; the other {count(row['too_few'])} {'has' if row['too_few'] == 1 else 'have'} fewer than "
        f"{counted(row['min_segment_users'], 'user')}, too few to say"
        if row["too_few"]
        else ""
    )
    text = f"{board.title}: of {groups} of users, personalization {listed(many)}{few}."
    return board.study.says(text, asked.sql)


def _listed(study: Study, item_type: str) -> list[Table]:
    asked = study.marts.ask(
        f"""
        with groups as (
            select
                task,
                segment,
                segment_value,
                case
                    when ci_low is not null or verdict <> 'not sure' then verdict
                    else 'too few'
                end as verdict,
                regexp_replace(segment_value, '^tenth 0?', '') || ' (' || format('{{:+.3f}}', mean_gain) || ')' as part
            from marts.personalization_segments
            where item_type = '{item_type}' and segment <> 'everyone' and verdict <> 'pays'
        )

        select
            case task
                when 'discovery' then 'Discovery'
                when 'repeat' then 'Playing again'
                when 'all' then 'Anything'
                else 'New artists only'
            end as list,
            case segment
                when 'activity' then 'Tenth by plays'
                when 'history_length' then 'Tenth by items known'
                when 'mainstreamness' then 'Tenth by popularity of their music'
                when 'country_group' then 'Country'
                when 'gender' then 'Gender'
                when 'age_group' then 'Age'
                else segment
            end as kind,
            string_agg(part, ', ' order by segment_value) filter (where verdict = 'does not pay') as does_not_pay,
            string_agg(part, ', ' order by segment_value) filter (where verdict = 'not sure') as not_sure,
            string_agg(part, ', ' order by segment_value) filter (where verdict = 'too few') as too_few
        from groups
        group by task, segment
        order by
            task = 'discovery' desc,
            task,
            list_position(['activity', 'history_length', 'mainstreamness'], segment) nulls last,
            segment
        """
    )
    if not asked.rows:
        return []
    return [
        Table(
            f"exceptions_{item_type}",
            f"Lists of {item_type}s: groups of users in which personalization is not known to pay",
            (
                Column("list", "List"),
                Column("kind", "Group of users by"),
                Column("does_not_pay", "Does not pay"),
                Column("not_sure", "Not sure"),
                Column("too_few", "Too few users"),
            ),
            asked.rows,
            asked.sql,
            "In brackets the mean gain over the most popular items in NDCG. It does not pay where the whole interval "
            "lies at 0 or below, and is not sure where the interval reaches 0. Tenth 1 is the lowest.",
        )
    ]
