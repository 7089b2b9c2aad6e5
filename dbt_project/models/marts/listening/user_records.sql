with

days as (
    select * from {{ ref('user_days') }}
),

artist_runs as (
    select * from {{ ref('int_artist_runs_longest') }}
),

track_days as (
    select * from {{ ref('int_track_days_busiest') }}
),

artists as (
    select * from {{ ref('artists') }}
),

tracks as (
    select * from {{ ref('tracks') }}
),

-- days in a row are as far from their number in order as each other
number_days as (
    select
        user_id,
        day,
        {{ days_between("cast('1900-01-01' as date)", 'day') }}
        - row_number() over (partition by user_id order by day) as streak
    from days
),

measure_streaks as (
    select
        user_id,
        count(*) as day_count,
        min(day) as started_on,
        max(day) as ended_on
    from number_days
    group by
        user_id,
        streak
),

rank_streaks as (
    select
        *,
        row_number() over (partition by user_id order by day_count desc, started_on asc) as place
    from measure_streaks
),

final as (
    select
        user_id,
        'days_in_a_row' as record_kind,
        day_count as length,
        started_on,
        ended_on,
        cast(null as string) as item_type,
        cast(null as bigint) as item_id,
        cast(null as string) as item_name,
        cast(null as string) as artist_name
    from rank_streaks
    where place = 1
    union all
    select
        artist_runs.user_id,
        'artist_in_a_row' as record_kind,
        artist_runs.play_count as length,
        cast(artist_runs.started_at as date) as started_on,
        cast(artist_runs.ended_at as date) as ended_on,
        'artist' as item_type,
        artist_runs.artist_id as item_id,
        artists.artist_name as item_name,
        artists.artist_name
    from artist_runs
    inner join artists on artist_runs.artist_id = artists.artist_id
    union all
    select
        track_days.user_id,
        'track_in_a_day' as record_kind,
        track_days.play_count as length,
        track_days.day as started_on,
        track_days.day as ended_on,
        'track' as item_type,
        track_days.track_id as item_id,
        tracks.track_name as item_name,
        tracks.artist_name
    from track_days
    inner join tracks on track_days.track_id = tracks.track_id
)

select * from final
