"""Five listeners to show things by, chosen by rule and not for what they show."""

from dataclasses import dataclass

from models_py.warehouse import Warehouse

# By plays the middle of the lightest quarter, of everybody and of the heaviest tenth; by mainstreamness the middles of
# the outer tenths of the others who play at least as much as the middle, because with few plays it is chance.
EXAMPLES = """
with

listeners as (
    select
        users.user_id,
        users.play_count,
        user_features.mainstreamness,
        row_number() over (order by users.play_count, users.user_id) as place,
        rank() over (order by users.play_count desc) - 1 as ahead_count,
        count(*) over () as listener_count,
        median(user_features.mainstreamness) over () as median_mainstreamness
    from marts.users
    inner join marts.user_features on users.user_id = user_features.user_id
    where users.play_count > 0
),

by_plays as (
    select
        *,
        -- the middle one first: where places fall together, it is the kind that is left
        case place
            when ceil(0.5 * listener_count) then 'median'
            when ceil(0.125 * listener_count) then 'light'
            when ceil(0.95 * listener_count) then 'heavy'
        end as kind_by_plays
    from listeners
),

others as (
    select
        user_id,
        mainstreamness - median_mainstreamness as lead,
        row_number() over (order by mainstreamness, user_id) as place,
        count(*) over () as other_count
    from by_plays
    where kind_by_plays is null and place >= ceil(0.5 * listener_count)
),

by_mainstreamness as (
    select
        user_id,
        case
            when place = ceil(0.95 * other_count) and lead > 0 then 'mainstream'
            when place = ceil(0.05 * other_count) and lead < 0 then 'niche'
        end as kind
    from others
),

chosen as (
    select
        by_plays.user_id,
        coalesce(by_plays.kind_by_plays, by_mainstreamness.kind) as kind,
        case
            when by_plays.kind_by_plays is not null then format(
                '{:,} plays; {:,} of {:,} listeners have more',
                by_plays.play_count, by_plays.ahead_count, by_plays.listener_count
            )
            else format(
                'a play is, on average, of an artist with {:.1f}% of the listeners; {:.1f}% for the median listener',
                100 * by_plays.mainstreamness, 100 * by_plays.median_mainstreamness
            )
        end as words
    from by_plays
    left join by_mainstreamness on by_plays.user_id = by_mainstreamness.user_id
),

final as (
    select user_id, kind, words
    from chosen
    where kind is not null
    order by list_position(['light', 'median', 'heavy', 'mainstream', 'niche'], kind)
)

select * from final
"""


@dataclass(frozen=True)
class Example:
    """A listener to show.

    Attributes
    ----------
    user_id : str
    kind : str
        'light', 'median', 'heavy', 'mainstream' or 'niche'; no two have the same.
    words : str
        What makes it one, with the figures.
    """

    user_id: str
    kind: str
    words: str


def example_users(warehouse: Warehouse) -> list[Example]:
    """Choose an example of each kind, in their order; fewer where there are too few listeners.

    Ties go by user id, and nobody is chosen twice.

    Raises
    ------
    WarehouseError
        Where the warehouse is missing or lacks a table.
    """
    return [Example(**{name: str(value) for name, value in row.items()}) for row in warehouse.read_rows(EXAMPLES)]
