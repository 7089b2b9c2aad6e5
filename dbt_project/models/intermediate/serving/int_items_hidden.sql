with

feedback as (
    select * from {{ ref('feedback') }}
    where status = 'ok' and feedback = 'hide'
),

tracks as (
    select * from {{ ref('tracks') }}
),

-- a hidden artist's tracks, one of which may be hidden by itself as well
final as (
    select
        item_type,
        user_id,
        item_id
    from feedback
    union
    select
        'track' as item_type,
        feedback.user_id,
        tracks.track_id as item_id
    from feedback
    inner join tracks on feedback.item_id = tracks.artist_id
    where feedback.item_type = 'artist'
)

select * from final
