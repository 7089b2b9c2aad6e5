with

plays as (
    select * from {{ ref('user_item_plays') }}
    where item_type = 'track' and play_count >= {{ var('playlist_forgotten_plays') }}
),

dates as (
    select * from {{ ref('int_playlist_dates') }}
),

final as (
    select
        'forgotten_favourites' as playlist_kind,
        plays.user_id,
        cast(null as string) as subject,
        'Forgotten favourites' as title,
        plays.item_id as track_id,
        -plays.play_count as priority,
        'not played since ' || cast(plays.last_played_at as date) || ', ' || plays.play_count || ' plays before' as why
    from plays
    inner join dates on plays.last_played_at <= dates.ends_at - interval '{{ var("playlist_forgotten_days") }} days'
)

select * from final
