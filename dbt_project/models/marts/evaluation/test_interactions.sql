with

cells as (
    select * from {{ ref('int_cells_split') }}
),

train_cells as (
    select * from {{ ref('int_train_cells') }}
),

catalogue as (
    select * from {{ ref('training_items') }}
),

test_cells as (
    select *
    from cells
    where part = 'test'
),

find_repeats as (
    select
        test_cells.split_name,
        test_cells.item_type,
        test_cells.user_id,
        test_cells.item_id
    from test_cells
    semi join train_cells
        on test_cells.split_name = train_cells.split_name
            and test_cells.item_type = train_cells.item_type
            and test_cells.user_id = train_cells.user_id
            and test_cells.item_id = train_cells.item_id
),

find_trained_users as (
    select distinct
        split_name,
        item_type,
        user_id
    from train_cells
),

final as (
    select
        test_cells.split_name,
        test_cells.item_type,
        test_cells.user_id,
        test_cells.item_id,
        test_cells.play_count,
        find_repeats.item_id is not null as is_repeat,
        catalogue.item_id is not null as is_recommendable,
        find_trained_users.user_id is not null as user_has_training
    from test_cells
    left join find_repeats
        on test_cells.split_name = find_repeats.split_name
            and test_cells.item_type = find_repeats.item_type
            and test_cells.user_id = find_repeats.user_id
            and test_cells.item_id = find_repeats.item_id
    left join catalogue
        on test_cells.split_name = catalogue.split_name
            and test_cells.item_type = catalogue.item_type
            and test_cells.item_id = catalogue.item_id
    left join find_trained_users
        on test_cells.split_name = find_trained_users.split_name
            and test_cells.item_type = find_trained_users.item_type
            and test_cells.user_id = find_trained_users.user_id
)

select * from final
