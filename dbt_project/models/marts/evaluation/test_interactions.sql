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

tracks as (
    select * from {{ ref('tracks') }}
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
        on {{ same_keys('test_cells', 'train_cells', ['split_name', 'item_type', 'user_id', 'item_id']) }}
),

find_known_artists as (
    {{ tracks_by_known_artists('test_cells', 'train_cells', 'tracks') }}
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
        case
            when find_repeats.item_id is not null then null
            when find_known_artists.item_id is not null then 'known_artist'
            else 'new_artist'
        end as discovery_kind,
        catalogue.item_id is not null as is_recommendable,
        find_trained_users.user_id is not null as user_has_training
    from test_cells
    left join find_repeats
        on {{ same_keys('test_cells', 'find_repeats', ['split_name', 'item_type', 'user_id', 'item_id']) }}
    left join find_known_artists
        on {{ same_keys('test_cells', 'find_known_artists', ['split_name', 'item_type', 'user_id', 'item_id']) }}
    left join catalogue
        on {{ same_keys('test_cells', 'catalogue', ['split_name', 'item_type', 'item_id']) }}
    left join find_trained_users
        on {{ same_keys('test_cells', 'find_trained_users', ['split_name', 'item_type', 'user_id']) }}
)

select * from final
