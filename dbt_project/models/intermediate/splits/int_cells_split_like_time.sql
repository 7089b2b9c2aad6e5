with

cells_by_period as (
    select * from {{ ref('int_cells_by_period') }}
),

part_periods as (
    select * from {{ ref('int_part_periods') }}
),

splits as (
    select * from {{ ref('int_splits_built') }}
    where split_kind = 'random_like'
),

-- the part in which an item is new to the user
discovered as (
    select
        splits.split_name,
        splits.salt,
        cells_by_period.item_type,
        cells_by_period.user_id,
        cells_by_period.item_id,
        cast(sum(cells_by_period.play_count) as bigint) as play_count,
        min(cells_by_period.first_played_at) as first_played_at,
        max(cells_by_period.last_played_at) as last_played_at,
        case
            when count(case when part_periods.part = 'fit' then 1 end) > 0 then 'fit'
            when count(case when part_periods.part = 'validation' then 1 end) > 0 then 'validation'
            else 'test'
        end as discovered_in
    from splits
    inner join part_periods on splits.like_split = part_periods.split_name
    inner join cells_by_period on part_periods.period = cells_by_period.period
    group by
        splits.split_name,
        splits.salt,
        cells_by_period.item_type,
        cells_by_period.user_id,
        cells_by_period.item_id
),

counted as (
    select
        *,
        count(case when discovered_in = 'test' then 1 end)
            over (partition by split_name, item_type, user_id) as test_count,
        count(case when discovered_in = 'validation' then 1 end)
            over (partition by split_name, item_type, user_id) as validation_count
    from discovered
),

{{ held_out_at_random('counted', 'item_id', 'test_count', 'validation_count') }},

final as (
    select
        split_name,
        item_type,
        part,
        user_id,
        item_id,
        play_count,
        first_played_at,
        last_played_at
    from parted
)

select * from final
