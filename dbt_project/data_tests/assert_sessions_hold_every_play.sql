-- The difference between plays and the plays of all sessions, if any.
select
    plays.play_count,
    sessions.play_count as plays_in_sessions
from (select count(*) as play_count from {{ ref('plays') }}) as plays
cross join (select coalesce(sum(play_count), 0) as play_count from {{ ref('sessions') }}) as sessions
where plays.play_count != sessions.play_count
