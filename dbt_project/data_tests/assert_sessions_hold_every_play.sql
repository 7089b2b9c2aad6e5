-- The difference between plays and the plays of all sessions, if any.
with

plays as (
    select count(*) as play_count from {{ ref('plays') }}
),

sessions as (
    select coalesce(sum(play_count), 0) as play_count from {{ ref('sessions') }}
)

select
    plays.play_count,
    sessions.play_count as plays_in_sessions
from plays
cross join sessions
where plays.play_count != sessions.play_count
