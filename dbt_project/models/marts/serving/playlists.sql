with

candidates as (
    select * from {{ ref('int_playlist_candidates') }}
),

tracks as (
    select * from {{ ref('tracks') }}
),

number_within_artist as (
    select
        candidates.*,
        tracks.track_name,
        tracks.artist_id,
        tracks.artist_name,
        row_number() over (
            partition by candidates.playlist_id, tracks.artist_id
            order by candidates.priority, candidates.track_id
        ) as turn
    from candidates
    inner join tracks on candidates.track_id = tracks.track_id
),

rank_allowed as (
    select
        *,
        row_number() over (partition by playlist_id order by priority, track_id) as place
    from number_within_artist
    where turn <= {{ var('playlist_tracks_per_artist') }}
),

place_artists as (
    select
        *,
        min(place) over (partition by playlist_id, artist_id) as artist_place
    from rank_allowed
    where place <= {{ var('playlist_length') }}
),

-- every artist's first track, then the second ones in the same order: an artist can follow itself only where one round
-- ends and the next begins
follow as (
    select
        *,
        lag(artist_id) over (partition by playlist_id order by turn, artist_place) as artist_before
    from place_artists
),

final as (
    select
        playlist_id,
        playlist_kind,
        user_id,
        title,
        cast(row_number() over (partition by playlist_id order by turn, artist_place) as integer) as position,
        track_id,
        track_name,
        artist_name,
        why
    from follow
    where artist_before is null or artist_id <> artist_before
)

select * from final
