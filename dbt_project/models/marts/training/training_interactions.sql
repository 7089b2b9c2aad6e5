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
        on {{ same_keys('cells', 'users', ['split_name', 'item_type', 'user_id']) }}
    inner join items
        on {{ same_keys('cells', 'items', ['split_name', 'item_type', 'item_id']) }}
)

select * from final
