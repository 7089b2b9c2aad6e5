with

plays as (
    select * from {{ ref('plays') }}
),

final as (
    select
        session_id,
        min(user_id) as user_id,
        min(played_at) as started_at,
        max(played_at) as ended_at,
        cast(count(*) as bigint) as play_count,
        cast(count(distinct track_id) as bigint) as distinct_track_count
    from plays
    group by session_id
)

select * from final
