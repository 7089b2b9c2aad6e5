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
        on validation_cells.split_name = users.split_name
            and validation_cells.item_type = users.item_type
            and validation_cells.user_id = users.user_id
    inner join users_with_fit_cells
        on users.split_name = users_with_fit_cells.split_name
            and users.item_type = users_with_fit_cells.item_type
            and users.user_index = users_with_fit_cells.user_index
    left join items
        on validation_cells.split_name = items.split_name
            and validation_cells.item_type = items.item_type
            and validation_cells.item_id = items.item_id
    left join fit_cells
        on validation_cells.split_name = fit_cells.split_name
            and validation_cells.item_type = fit_cells.item_type
            and validation_cells.user_id = fit_cells.user_id
            and validation_cells.item_id = fit_cells.item_id
)

select * from final
