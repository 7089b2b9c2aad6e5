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

-- what items belong to: tracks to an artist, and to a group where artists are not known; the two exclude each other
parents as (
    select
        'track' as item_type,
        track_id as item_id,
        artist_id as parent_id,
        'artist' as parent_kind
    from {{ ref('tracks') }}
    union all
    select
        item_type,
        item_id,
        group_id as parent_id,
        'group' as parent_kind
    from {{ ref('stg_grouping__item_groups') }}
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

find_known_parents as (
    {{ items_of_known_parents('test_cells', 'train_cells', 'parents') }}
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
            when find_known_parents.item_id is not null then 'known_' || parents.parent_kind
            else 'new_' || coalesce(parents.parent_kind, 'artist')
        end as discovery_kind,
        catalogue.item_id is not null as is_recommendable,
        find_trained_users.user_id is not null as user_has_training
    from test_cells
    left join find_repeats
        on {{ same_keys('test_cells', 'find_repeats', ['split_name', 'item_type', 'user_id', 'item_id']) }}
    left join parents
        on {{ same_keys('test_cells', 'parents', ['item_type', 'item_id']) }}
    left join find_known_parents
        on {{ same_keys('test_cells', 'find_known_parents', ['split_name', 'item_type', 'user_id', 'item_id']) }}
    left join catalogue
        on {{ same_keys('test_cells', 'catalogue', ['split_name', 'item_type', 'item_id']) }}
    left join find_trained_users
        on {{ same_keys('test_cells', 'find_trained_users', ['split_name', 'item_type', 'user_id']) }}
)

select * from final
