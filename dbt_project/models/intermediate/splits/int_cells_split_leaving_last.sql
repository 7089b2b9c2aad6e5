with

all_time_cells as (
    select * from {{ ref('user_item_plays') }}
),

splits as (
    select * from {{ ref('int_splits_built') }}
    where split_kind = 'leave_last'
),

discoveries as (
    select
        splits.split_name,
        all_time_cells.*,
        row_number() over (
            partition by splits.split_name, all_time_cells.item_type, all_time_cells.user_id
            order by all_time_cells.first_played_at desc, all_time_cells.item_id asc
        ) as discovered_last
    from all_time_cells
    cross join splits
    where all_time_cells.first_played_at is not null
),

final as (
    select
        split_name,
        item_type,
        case discovered_last when 1 then 'test' when 2 then 'validation' else 'fit' end as part,
        user_id,
        item_id,
        play_count,
        first_played_at,
        last_played_at
    from discoveries
)

select * from final
