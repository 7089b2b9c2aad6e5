{{ config(materialized='view') }}

with

cells_by_time as (
    select * from {{ ref('int_cells_split_by_time') }}
),

cells_at_random as (
    select * from {{ ref('int_cells_split_at_random') }}
),

all_time_cells as (
    select * from {{ ref('user_item_plays') }}
),

splits as (
    select * from {{ ref('int_splits_built') }}
),

-- not stored a second time: of 12 million cells of the default splits 5 million are these
everything as (
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
    select * from cells_by_time
    union all
    select * from cells_at_random
    union all
    select * from everything
)

select * from final
