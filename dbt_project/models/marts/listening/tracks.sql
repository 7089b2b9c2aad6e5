with

spellings as (
    select * from {{ ref('int_spellings_counted') }}
),

totals as (
    select * from {{ ref('int_item_totals') }}
    where item_type = 'track'
),

artists as (
    select * from {{ ref('artists') }}
),

names as (
    select
        track_id,
        artist_id,
        track_name,
        row_number() over (partition by track_id order by sum(play_count) desc, track_name) as name_rank
    from spellings
    group by
        track_id,
        artist_id,
        track_name
),

mbids as (
    select
        track_id,
        track_mbid,
        row_number() over (partition by track_id order by sum(play_count) desc, track_mbid) as mbid_rank
    from spellings
    where track_mbid is not null
    group by
        track_id,
        track_mbid
),

final as (
    select
        totals.item_id as track_id,
        names.track_name,
        names.artist_id,
        artists.artist_name,
        mbids.track_mbid,
        totals.play_count,
        totals.listener_count
    from totals
    inner join names on totals.item_id = names.track_id and names.name_rank = 1
    inner join artists on names.artist_id = artists.artist_id
    left join mbids on totals.item_id = mbids.track_id and mbids.mbid_rank = 1
)

select * from final
