"""Where personal lists do not pay, or where that is not known: per kind of list, the groups of users."""

from models_py.reports.page.asking import Answered
from models_py.reports.page.blocks import Block, Column, Missing, Sentence, Table
from models_py.reports.page.insights.limits import limits
from models_py.reports.page.insights.words import called, order
from models_py.reports.page.study import Study
from models_py.reports.page.wording import count, counted

CLAIMS = (
    "that lists should be the same for everybody in a group that is not sure, since more users could decide it",
    "that a group pays because of what its users have in common: groups overlap, and each user is in one of every kind",
    "that a person should be served by country, gender or age, which no model here has seen",
)


def exceptions(study: Study) -> list[Block]:
    """Say in how many groups personalization does not pay, and list them."""
    groups = _counted(study)
    if not groups.rows:
        return [
            Missing(
                "Not enough data: no personal list was evaluated for groups of users, so that nothing says where not "
                "to personalize."
            )
        ]
    return [_told(study, groups), _counts(groups), *_listed(study), limits(study, CLAIMS)]


def _counted(study: Study) -> Answered:
    return study.marts.ask(
        f"""
        select
            {called("s")} as list,
            p.min_segment_users,
            count(*) over () as list_count,
            count(*) as groups,
            count(*) filter (where s.verdict = 'pays') as pays,
            count(*) filter (where s.verdict = 'not sure' and s.ci_low is not null) as not_sure,
            count(*) filter (where s.verdict = 'does not pay') as does_not_pay,
            count(*) filter (where s.verdict = 'not sure' and s.ci_low is null) as too_few,
            sum(count(*)) over () as all_groups,
            sum(count(*) filter (where s.verdict = 'pays')) over () as all_pay,
            sum(count(*) filter (where s.verdict = 'not sure' and s.ci_low is not null)) over () as all_not_sure,
            sum(count(*) filter (where s.verdict = 'does not pay')) over () as all_not_pay,
            sum(count(*) filter (where s.verdict = 'not sure' and s.ci_low is null)) over () as all_too_few
        from marts.personalization_segments as s
        cross join marts.evaluation_parameters as p
        where s.segment <> 'everyone' and s.model_name <> 'most_popular'
        group by s.task, s.item_type, p.min_segment_users
        order by {order("s")}
        """
    )


def _told(study: Study, asked: Answered) -> Sentence:
    row = asked.first
    few = row["all_too_few"]
    if few == row["all_groups"]:
        return study.says(
            f"Where not to personalize is not known: all {counted(few, 'group')} of users have fewer than "
            f"{counted(row['min_segment_users'], 'user')}, too few to say.",
            asked.sql,
        )
    kinds = counted(row["list_count"], "kind of list", "kinds of lists")
    start = f"Of {counted(row['all_groups'], 'group')} of users of {kinds}, personalization does not pay in"
    losing = count(row["all_not_pay"]) if row["all_not_pay"] else "none"
    return study.says(
        f"{start} {losing}; it pays in {count(row['all_pay'])}, and may or may not in "
        f"{count(row['all_not_sure'])}. {counted(few, 'group has', 'groups have')} fewer than "
        f"{counted(row['min_segment_users'], 'user')}, too few to say.",
        asked.sql,
    )


def _counts(asked: Answered) -> Table:
    return Table(
        "exceptions_counted",
        "Groups of users, by whether personalization pays in them",
        (
            Column("list", "List"),
            Column("groups", "Groups", ","),
            Column("pays", "Pays", ","),
            Column("not_sure", "Not sure", ","),
            Column("does_not_pay", "Does not pay", ","),
            Column("too_few", "Too few users", ","),
        ),
        asked.rows,
        asked.sql,
        "Groups are tenths of users by plays, by items known and by how popular these are, countries, genders and "
        "ages.",
    )


def _listed(study: Study) -> list[Table]:
    asked = study.marts.ask(
        f"""
        with groups as (
            select
                task,
                item_type,
                segment,
                segment_value,
                verdict,
                regexp_replace(segment_value, '^tenth 0?', '') || ' (' || format('{{:+.3f}}', mean_gain) || ')' as part
            from marts.personalization_segments
            where segment <> 'everyone' and model_name <> 'most_popular'
                and (verdict = 'does not pay' or verdict = 'not sure' and ci_low is not null)
        )

        select
            {called("groups")} as list,
            case segment
                when 'activity' then 'Tenth by plays'
                when 'history_length' then 'Tenth by items known'
                when 'mainstreamness' then 'Tenth by popularity of these'
                when 'country_group' then 'Country'
                when 'gender' then 'Gender'
                when 'age_group' then 'Age'
                else segment
            end as kind,
            string_agg(part, ', ' order by segment_value) filter (where verdict = 'does not pay') as does_not_pay,
            string_agg(part, ', ' order by segment_value) filter (where verdict = 'not sure') as not_sure
        from groups
        group by task, item_type, segment
        order by
            {order("groups")},
            list_position(['activity', 'history_length', 'mainstreamness'], segment) nulls last,
            segment
        """
    )
    if not asked.rows:
        return []
    return [
        Table(
            "exceptions",
            "Groups in which personalization is not known to pay",
            (
                Column("list", "List"),
                Column("kind", "Group of users by"),
                Column("does_not_pay", "Does not pay"),
                Column("not_sure", "Not sure"),
            ),
            asked.rows,
            asked.sql,
            "In brackets the mean gain in NDCG over the most popular items. It does not pay where the whole interval "
            "lies at nought or below, and is not sure where the interval holds nought. The first tenth is the lowest; "
            "groups of too few users are left out.",
        )
    ]
