with

all_time_cells as (
    select * from {{ ref('user_item_plays') }}
),

splits as (
    select * from {{ ref('int_splits_built') }}
    where split_kind = 'random'
),

cells as (
    select
        splits.split_name,
        splits.salt,
        splits.held_out_one_in,
        splits.validation_one_in,
        all_time_cells.*
    from all_time_cells
    cross join splits
),

{{ held_out_at_random('cells', 'item_id') }},

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
