with

spellings as (
    select * from {{ ref('int_spellings_counted') }}
),

totals as (
    select * from {{ ref('int_item_totals') }}
    where item_type = 'artist'
),

names as (
    select
        artist_id,
        artist_name,
        row_number() over (partition by artist_id order by sum(play_count) desc, artist_name) as name_rank
    from spellings
    group by
        artist_id,
        artist_name
),

mbids as (
    select
        artist_id,
        artist_mbid,
        row_number() over (partition by artist_id order by sum(play_count) desc, artist_mbid) as mbid_rank
    from spellings
    where artist_mbid is not null
    group by
        artist_id,
        artist_mbid
),

artist_tracks as (
    select
        artist_id,
        count(distinct track_id) as track_count
    from spellings
    group by artist_id
),

final as (
    select
        totals.item_id as artist_id,
        names.artist_name,
        mbids.artist_mbid,
        totals.play_count,
        totals.listener_count,
        cast(nullif(artist_tracks.track_count, 0) as bigint) as track_count
    from totals
    inner join names on totals.item_id = names.artist_id and names.name_rank = 1
    inner join artist_tracks on totals.item_id = artist_tracks.artist_id
    left join mbids on totals.item_id = mbids.artist_id and mbids.mbid_rank = 1
)

select * from final
