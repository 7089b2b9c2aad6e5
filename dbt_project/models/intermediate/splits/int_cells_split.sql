{{ config(materialized='view') }}

with

cells_by_period as (
    select * from {{ ref('int_cells_by_period') }}
),

part_periods as (
    select * from {{ ref('int_part_periods') }}
),

cells_by_time as (
    select * from {{ ref('int_cells_split_by_time') }}
),

cells_at_random as (
    select * from {{ ref('int_cells_split_at_random') }}
),

cells_by_group as (
    select * from {{ ref('int_cells_split_by_group') }}
),

cells_like_time as (
    select * from {{ ref('int_cells_split_like_time') }}
),

cells_leaving_last as (
    select * from {{ ref('int_cells_split_leaving_last') }}
),

all_time_cells as (
    select * from {{ ref('user_item_plays') }}
),

splits as (
    select * from {{ ref('int_splits_built') }}
),

-- what is stored already is not stored again: the default splits have 12 million cells, all of them here
of_one_period as (
    select
        part_periods.split_name,
        cells_by_period.item_type,
        part_periods.part,
        cells_by_period.user_id,
        cells_by_period.item_id,
        cells_by_period.play_count,
        cells_by_period.first_played_at,
        cells_by_period.last_played_at
    from cells_by_period
    inner join part_periods on cells_by_period.period = part_periods.period
    where part_periods.periods_in_part = 1
),

of_all_time as (
    select
        splits.split_name,
        all_time_cells.item_type,
        'fit' as part,
        all_time_cells.user_id,
        all_time_cells.item_id,
        all_time_cells.play_count,
        all_time_cells.first_played_at,
        all_time_cells.last_played_at
    from all_time_cells
    cross join splits
    where splits.split_kind = 'full'
),

final as (
    select * from of_one_period
    union all
    select * from cells_by_time
    union all
    select * from cells_at_random
    union all
    select * from cells_by_group
    union all
    select * from cells_like_time
    union all
    select * from cells_leaving_last
    union all
    select * from of_all_time
)

select * from final
