with

days as (
    select * from {{ ref('user_days') }}
),

sessions as (
    select * from {{ ref('sessions') }}
),

cells as (
    select * from {{ ref('user_item_plays') }}
    where item_type = 'artist' and first_played_at is not null
),

count_plays as (
    select
        user_id,
        {{ month_of('day') }} as month,
        sum(play_count) as play_count,
        count(*) as active_day_count
    from days
    group by all
),

count_sessions as (
    select
        user_id,
        {{ month_of('started_at') }} as month,
        count(*) as session_count
    from sessions
    group by all
),

-- an artist is discovered with the first play
count_discoveries as (
    select
        user_id,
        {{ month_of('first_played_at') }} as month,
        count(*) as discovery_count
    from cells
    group by all
),

final as (
    select
        count_plays.user_id,
        count_plays.month,
        cast(count_plays.play_count as bigint) as play_count,
        count_plays.active_day_count,
        coalesce(count_sessions.session_count, 0) as session_count,
        coalesce(count_discoveries.discovery_count, 0) as discovery_count
    from count_plays
    left join count_sessions
        on {{ same_keys('count_plays', 'count_sessions', ['user_id', 'month']) }}
    left join count_discoveries
        on {{ same_keys('count_plays', 'count_discoveries', ['user_id', 'month']) }}
)

select * from final
