with

plays as (
    select * from {{ ref('plays') }}
),

dates as (
    select * from {{ ref('int_playlist_dates') }}
),

final as (
    select
        plays.user_id,
        plays.track_id,
        count(*) as play_count
    from plays
    inner join dates on plays.played_at > dates.ends_at - interval '{{ var("playlist_recent_days") }} days'
    group by
        plays.user_id,
        plays.track_id
)

select * from final
