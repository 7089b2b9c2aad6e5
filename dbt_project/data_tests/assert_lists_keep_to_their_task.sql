{{ config(tags='lists') }}
-- 'discovery' never recommends what the user played in train, before any filter, 'repeat' nothing else, and
-- 'new_artists' nothing by an artist of whom the user played a track
with

recommendations as (
    select * from {{ ref('recommendations') }}
),

tracks as (
    select * from {{ ref('tracks') }}
),

known_artists as (
    select
        cells.split_name,
        cells.user_id,
        tracks.artist_id
    from {{ ref('int_train_cells') }} as cells
    inner join tracks on cells.item_id = tracks.track_id
    where cells.item_type = 'track' and {{ var('new_artists') }}
),

final as (
    select
        split_name,
        item_type,
        task,
        model_name,
        user_id,
        rank,
        item_id
    from recommendations
    where not {{ task_allows('task', 'is_repeat') }}
    union all
    select
        lists.split_name,
        lists.item_type,
        lists.task,
        lists.model_name,
        lists.user_id,
        lists.rank,
        lists.item_id
    from recommendations as lists
    inner join tracks on lists.item_id = tracks.track_id
    semi join known_artists
        on lists.split_name = known_artists.split_name
            and lists.user_id = known_artists.user_id
            and tracks.artist_id = known_artists.artist_id
    where lists.task = 'new_artists'
)

select * from final
