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

tracks as (
    select distinct track_id, artist_id from {{ ref('int_spellings_identified') }}
),

validation_tracks as (
    select
        validation_cells.*,
        tracks.artist_id
    from validation_cells
    inner join tracks on validation_cells.item_id = tracks.track_id
    where validation_cells.item_type = 'track' and {{ var('new_artists') }}
),

fit_artists as (
    select
        fit_cells.split_name,
        fit_cells.user_id,
        tracks.artist_id
    from fit_cells
    inner join tracks on fit_cells.item_id = tracks.track_id
    where fit_cells.item_type = 'track'
),

find_known_artists as (
    select * from validation_tracks
    semi join fit_artists
        on {{ same_keys('validation_tracks', 'fit_artists', ['split_name', 'user_id', 'artist_id']) }}
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
