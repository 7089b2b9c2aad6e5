with

cells as (
    select * from {{ ref('user_item_plays') }}
),

splits as (
    select * from {{ ref('int_splits_built') }}
    where split_kind = 'random_groups'
),

grouped_cells as (
    select
        cells.*,
        item_groups.group_id
    from cells
    inner join {{ ref('stg_grouping__item_groups') }} as item_groups
        on {{ same_keys('cells', 'item_groups', ['item_type', 'item_id']) }}
),

user_groups as (
    select distinct
        splits.split_name,
        splits.salt,
        splits.held_out_one_in,
        splits.validation_one_in,
        grouped_cells.item_type,
        grouped_cells.user_id,
        grouped_cells.group_id
    from grouped_cells
    cross join splits
),

{{ held_out_at_random('user_groups', 'group_id') }},

final as (
    select
        parted.split_name,
        grouped_cells.item_type,
        parted.part,
        grouped_cells.user_id,
        grouped_cells.item_id,
        grouped_cells.play_count,
        grouped_cells.first_played_at,
        grouped_cells.last_played_at
    from grouped_cells
    inner join parted
        on {{ same_keys('grouped_cells', 'parted', ['item_type', 'user_id', 'group_id']) }}
)

select * from final
