with

plays as (
    select * from {{ ref('plays') }}
),

artist_plays as (
    select * from {{ ref('int_artist_plays_deduplicated') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

track_artists as (
    select * from {{ ref('int_track_artists') }}
),

-- the one heavy aggregate: everything below rolls up from it
track_cells as (
    select
        plays.user_id,
        plays.track_id,
        periods.period,
        count(*) as play_count,
        min(plays.played_at) as first_played_at,
        max(plays.played_at) as last_played_at
    from plays
    inner join periods
        on plays.played_at > periods.after
            and plays.played_at <= periods.until
    group by all
),

artist_cells as (
    select
        track_cells.user_id,
        track_artists.artist_id,
        track_cells.period,
        sum(track_cells.play_count) as play_count,
        min(track_cells.first_played_at) as first_played_at,
        max(track_cells.last_played_at) as last_played_at
    from track_cells
    inner join track_artists on track_cells.track_id = track_artists.track_id
    group by all
),

-- without a time they lie in no period, so in no part of a split by time
untimed_artist_cells as (
    select
        user_id,
        artist_id,
        -1 as period,
        sum(play_count) as play_count,
        cast(null as timestamp) as first_played_at,
        cast(null as timestamp) as last_played_at
    from artist_plays
    where not is_duplicate
    group by all
),

cells as (
    select 'track' as item_type, * from track_cells
    union all
    select 'artist' as item_type, * from artist_cells
    union all
    select 'artist' as item_type, * from untimed_artist_cells
),

final as (
    select
        item_type,
        user_id,
        track_id as item_id,
        period,
        cast(play_count as bigint) as play_count,
        first_played_at,
        last_played_at
    from cells
)

select * from final
