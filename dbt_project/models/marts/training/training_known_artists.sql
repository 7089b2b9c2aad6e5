with

cells as (
    select * from {{ ref('int_train_cells') }}
    where item_type = 'track' and {{ var('new_artists') }}
),

users as (
    select * from {{ ref('training_users') }}
),

items as (
    select * from {{ ref('training_items') }}
    where item_type = 'track'
),

tracks as (
    select * from {{ ref('int_track_artists') }}
),

catalogue_artists as (
    select distinct
        items.split_name,
        items.parent_item_index,
        tracks.artist_id
    from items
    inner join tracks on items.item_id = tracks.track_id
),

final as (
    select distinct
        cells.split_name,
        cells.item_type,
        cells.part,
        users.user_index,
        catalogue_artists.parent_item_index
    from cells
    inner join users
        on {{ same_keys('cells', 'users', ['split_name', 'item_type', 'user_id']) }}
    inner join tracks on cells.item_id = tracks.track_id
    inner join catalogue_artists
        on cells.split_name = catalogue_artists.split_name
            and tracks.artist_id = catalogue_artists.artist_id
)

select * from final
