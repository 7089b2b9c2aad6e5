-- Totals that should all be the number of kept plays: per item type over all cells, and per split over its parts.
-- A rolling split ends before the last play, so only splits without an end of test are compared.
with

kept as (
    select sum(play_count) as plays from {{ ref('int_spellings_counted') }}
),

totals as (
    select
        'user_item_plays' as counted_in,
        item_type,
        sum(play_count) as plays
    from {{ ref('user_item_plays') }}
    group by item_type
    union all
    select
        'split ' || cells.split_name as counted_in,
        cells.item_type,
        sum(cells.play_count) as plays
    from {{ ref('int_cells_split') }} as cells
    inner join {{ ref('int_splits_built') }} as splits
        on cells.split_name = splits.split_name
            and coalesce(splits.test_end_share, 1) = 1
    group by
        cells.split_name,
        cells.item_type
    union all
    select
        'users' as counted_in,
        'artist' as item_type,
        sum(play_count) as plays
    from {{ ref('users') }}
)

select totals.*
from totals
cross join kept
where totals.plays != kept.plays
