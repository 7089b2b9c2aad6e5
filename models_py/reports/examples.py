"""Five users to show things by, chosen by rule and not for what they show."""

from dataclasses import dataclass

from models_py.warehouse import Warehouse

# Each role's place among those who are in question, as a share of them.
LIGHT, MEDIAN, HEAVY = 0.125, 0.5, 0.95
NICHE, MAINSTREAM = 0.05, 0.95


@dataclass(frozen=True)
class Example:
    """A user, and what the user is an example of: 'light', 'median', 'heavy', 'mainstream' or 'niche'."""

    role: str
    user_id: str


def example_users(warehouse: Warehouse) -> list[Example]:
    """Choose an example of each role, in their order; fewer where there are too few users.

    By plays: the middle of the lightest quarter, of everybody, and of the heaviest tenth. By `mainstreamness`: the
    middle of the upper and of the lower tenth of the others who play at least as much as the median user, because with
    few plays it is chance. Ties go by user id, and nobody is chosen twice.
    """
    # the n-th of n where a share of 1 is asked for, the first where there is only one
    place = "greatest(1, cast(ceil({share} * count(*) over ()) as bigint))"
    chosen = warehouse.read_rows(
        f"""
        with listeners as (
            select user_id, play_count, row_number() over (order by play_count, user_id) as place,
                {place.format(share=LIGHT)} as light, {place.format(share=MEDIAN)} as median,
                {place.format(share=HEAVY)} as heavy
            from marts.users where play_count > 0
        ),

        by_plays as (
            select 1 as role_order, 'light' as role, user_id from listeners where place = light
            union all
            select 2, 'median', user_id from listeners where place = median and median <> light
            union all
            select 3, 'heavy', user_id from listeners where place = heavy and heavy not in (light, median)
        ),

        others as (
            select user_id, row_number() over (order by mainstreamness, user_id) as place,
                {place.format(share=NICHE)} as niche, {place.format(share=MAINSTREAM)} as mainstream
            from listeners inner join marts.user_features using (user_id)
            where listeners.place >= median and mainstreamness is not null
                and user_id not in (select user_id from by_plays)
        )

        select role, user_id from (
            from by_plays
            union all
            select 4, 'mainstream', user_id from others where place = mainstream
            union all
            select 5, 'niche', user_id from others where place = niche and niche <> mainstream
        )
        order by role_order
        """
    )
    return [Example(str(row["role"]), str(row["user_id"])) for row in chosen]
