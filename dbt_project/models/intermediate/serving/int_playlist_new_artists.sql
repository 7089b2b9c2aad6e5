with

recommendations as (
    select * from {{ ref('int_playlist_recommendations') }}
),

played_artists as (
    select * from {{ ref('user_item_plays') }}
    where item_type = 'artist'
),

tracks as (
    select * from {{ ref('tracks') }}
),

served as (
    select * from recommendations
    where task = 'new_artists'
),

-- for whom no list of new artists is served
discovered as (
    select recommendations.*
    from recommendations
    inner join tracks on recommendations.track_id = tracks.track_id
    anti join served on recommendations.user_id = served.user_id
    anti join played_artists
        on recommendations.user_id = played_artists.user_id
            and tracks.artist_id = played_artists.item_id
    where recommendations.task = 'discovery'
),

unioned as (
    select * from served
    union all
    select * from discovered
),

final as (
    select
        'new_artists' as playlist_kind,
        user_id,
        cast(null as string) as subject,
        'Artists new to you' as title,
        track_id,
        rank as priority,
        why
    from unioned
)

select * from final
