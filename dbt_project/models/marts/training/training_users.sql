with

cells as (
    select distinct
        split_name,
        item_type,
        user_id
    from {{ ref('int_train_cells_active') }}
),

final as (
    select
        split_name,
        item_type,
        cast(row_number() over (partition by split_name, item_type order by user_id) - 1 as bigint) as user_index,
        user_id
    from cells
)

select * from final
