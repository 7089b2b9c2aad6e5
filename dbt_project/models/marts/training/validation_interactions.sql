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

training_cells as (
    select * from {{ ref('training_interactions') }}
),

users_with_fit_cells as (
    select distinct
        split_name,
        item_type,
        user_index
    from training_cells
    where part = 'fit'
),

fit_cells as (
    select * from cells
    where part = 'fit'
),

validation_cells as (
    select * from cells
    where part = 'validation'
),

final as (
    select
        validation_cells.split_name,
        validation_cells.item_type,
        users.user_index,
        validation_cells.item_id,
        items.item_index,
        fit_cells.item_id is not null as is_repeat
    from validation_cells
    inner join users
        on {{ same_keys('validation_cells', 'users', ['split_name', 'item_type', 'user_id']) }}
    inner join users_with_fit_cells
        on {{ same_keys('users', 'users_with_fit_cells', ['split_name', 'item_type', 'user_index']) }}
    left join items
        on {{ same_keys('validation_cells', 'items', ['split_name', 'item_type', 'item_id']) }}
    left join fit_cells
        on {{ same_keys('validation_cells', 'fit_cells', ['split_name', 'item_type', 'user_id', 'item_id']) }}
)

select * from final
