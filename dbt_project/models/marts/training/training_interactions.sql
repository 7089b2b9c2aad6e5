with

cells as (
    select * from {{ ref('int_train_cells') }}
),

users as (
    select * from {{ ref('training_users') }}
),

items as (
    select * from {{ ref('training_items') }}
),

final as (
    select
        cells.split_name,
        cells.item_type,
        cells.part,
        users.user_index,
        items.item_index,
        cells.play_count,
        cells.first_played_at,
        cells.last_played_at
    from cells
    inner join users
        on cells.split_name = users.split_name
            and cells.item_type = users.item_type
            and cells.user_id = users.user_id
    inner join items
        on cells.split_name = items.split_name
            and cells.item_type = items.item_type
            and cells.item_id = items.item_id
)

select * from final
