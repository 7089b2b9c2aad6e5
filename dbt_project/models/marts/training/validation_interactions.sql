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

artists as (
    select
        'track' as item_type,
        track_id as item_id,
        artist_id as parent_id
    from {{ ref('int_track_artists') }}
),

validation_tracks as (
    select * from validation_cells
    where item_type = 'track' and {{ var('new_artists') }}
),

find_known_artists as (
    {{ items_of_known_parents('validation_tracks', 'fit_cells', 'artists') }}
),

final as (
    select
        validation_cells.split_name,
        validation_cells.item_type,
        users.user_index,
        validation_cells.item_id,
        items.item_index,
        fit_cells.item_id is not null as is_repeat,
        case
            when {{ var('new_artists') }} and validation_cells.item_type = 'track'
                then find_known_artists.item_id is null
        end as is_new_artist
    from validation_cells
    inner join users
        on {{ same_keys('validation_cells', 'users', ['split_name', 'item_type', 'user_id']) }}
    inner join users_with_fit_cells
        on {{ same_keys('users', 'users_with_fit_cells', ['split_name', 'item_type', 'user_index']) }}
    left join items
        on {{ same_keys('validation_cells', 'items', ['split_name', 'item_type', 'item_id']) }}
    left join find_known_artists
        on {{ same_keys('validation_cells', 'find_known_artists', ['split_name', 'item_type', 'user_id', 'item_id']) }}
    left join fit_cells
        on {{ same_keys('validation_cells', 'fit_cells', ['split_name', 'item_type', 'user_id', 'item_id']) }}
)

select * from final
