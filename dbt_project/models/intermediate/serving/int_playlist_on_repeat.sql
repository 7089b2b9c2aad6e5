with

recent_plays as (
    select * from {{ ref('int_playlist_recent_plays') }}
    where play_count > 1
),

final as (
    select
        'on_repeat' as playlist_kind,
        user_id,
        cast(null as string) as subject,
        'On repeat' as title,
        track_id,
        -play_count as priority,
        'played ' || play_count || ' times in the last {{ var("playlist_recent_days") }} days' as why
    from recent_plays
)

select * from final
