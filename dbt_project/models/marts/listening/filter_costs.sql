with

sparsity as (
    select * from {{ ref('matrix_sparsity') }}
),

before as (
    select * from sparsity
    where stage = 'all'
),

after as (
    select * from sparsity
    where stage = 'active'
),

final as (
    select
        before.split_name,
        before.item_type,
        before.user_count - coalesce(after.user_count, 0) as users_dropped,
        before.item_count - coalesce(after.item_count, 0) as items_dropped,
        before.cell_count - coalesce(after.cell_count, 0) as cells_dropped,
        before.play_count - coalesce(after.play_count, 0) as plays_dropped,
        1 - coalesce(after.user_count, 0) / before.user_count as share_of_users_dropped,
        1 - coalesce(after.item_count, 0) / before.item_count as share_of_items_dropped,
        1 - coalesce(after.cell_count, 0) / before.cell_count as share_of_cells_dropped,
        1 - coalesce(after.play_count, 0) / before.play_count as share_of_plays_dropped
    from before
    left join after
        on before.split_name = after.split_name
            and before.item_type = after.item_type
)

select * from final
