-- positions go from 1 without a gap to at most playlist_length; no track is there twice, no artist more often than
-- playlist_tracks_per_artist, and none twice in a row
with

playlists as (
    select * from {{ ref('playlists') }}
),

tracks as (
    select * from {{ ref('tracks') }}
),

with_neighbours as (
    select
        playlists.playlist_id,
        playlists.position,
        playlists.track_id,
        tracks.artist_id,
        lag(tracks.artist_id) over in_order as artist_before,
        row_number() over in_order as place
    from playlists
    inner join tracks on playlists.track_id = tracks.track_id
    window in_order as (partition by playlists.playlist_id order by playlists.position)
),

final as (
    select
        playlist_id,
        'positions' as broken_rule
    from with_neighbours
    where position <> place or position > {{ var('playlist_length') }}
    union all
    select
        playlist_id,
        'an artist twice in a row' as broken_rule
    from with_neighbours
    where artist_id = artist_before
    union all
    select
        playlist_id,
        'a track twice' as broken_rule
    from with_neighbours
    group by playlist_id, track_id
    having count(*) > 1
    union all
    select
        playlist_id,
        'too many tracks of an artist' as broken_rule
    from with_neighbours
    group by playlist_id, artist_id
    having count(*) > {{ var('playlist_tracks_per_artist') }}
)

select * from final
