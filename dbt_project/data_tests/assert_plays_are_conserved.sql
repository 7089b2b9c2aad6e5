-- Totals that should all be the number of kept plays: per item type over all cells, and per split over its parts.
-- Tracks have the plays of formats with titles, temporal splits those of formats with times, and leave_last the cells
-- that hold one of the latter. Only splits without an end of test are compared: a rolling one ends before the last
-- play. A split that is drawn like another has the plays of that one.
with

kept as (
    select 'artist' as item_type, sum(play_count) as plays from {{ ref('int_spellings_counted') }}
    union all
    select 'track' as item_type, sum(play_count) as plays from {{ ref('int_spellings_counted') }}
    where track_id is not null
),

timed as (
    select count(*) as plays from {{ ref('plays') }}
),

timed_cells as (
    select item_type, sum(play_count) as plays from {{ ref('user_item_plays') }}
    where first_played_at is not null
    group by item_type
),

totals as (
    select
        'user_item_plays' as counted_in,
        item_type,
        'all' as split_kind,
        sum(play_count) as plays
    from {{ ref('user_item_plays') }}
    group by item_type
    union all
    select
        'split ' || cells.split_name as counted_in,
        cells.item_type,
        splits.split_kind,
        sum(cells.play_count) as plays
    from {{ ref('int_cells_split') }} as cells
    inner join {{ ref('int_splits_built') }} as splits
        on cells.split_name = splits.split_name
            and coalesce(splits.test_end_share, 1) = 1
            and splits.test_until is null
            and splits.like_split is null
    group by
        cells.split_name,
        splits.split_kind,
        cells.item_type
    union all
    select
        'users' as counted_in,
        'artist' as item_type,
        'all' as split_kind,
        sum(play_count) as plays
    from {{ ref('users') }}
)

select totals.*
from totals
inner join kept on totals.item_type = kept.item_type
cross join timed
left join timed_cells on totals.item_type = timed_cells.item_type
where
    totals.plays != case totals.split_kind
        when 'temporal' then timed.plays
        when 'leave_last' then timed_cells.plays
        else kept.plays
    end
