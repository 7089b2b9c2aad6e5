with

similar_items as (
    select * from {{ ref('similar_items') }}
    where item_type = 'track' and is_served
),

plays as (
    select * from {{ ref('user_item_plays') }}
    where item_type = 'track'
),

hidden as (
    select * from {{ ref('int_items_hidden') }}
    where item_type = 'track'
),

recent_plays as (
    select * from {{ ref('int_playlist_recent_plays') }}
),

-- where several models are served, the one to which a track is most alike
similar_tracks as (
    select
        item_id as track_id,
        similar_item_id as similar_track_id,
        'like ' || item_name || ' by ' || artist_name as likeness,
        min(rank) as rank
    from similar_items
    group by all
),

rank_favourites as (
    select
        plays.user_id,
        plays.item_id as track_id,
        row_number() over (
            partition by plays.user_id
            order by coalesce(recent_plays.play_count, 0) desc, plays.play_count desc, plays.item_id asc
        ) as place
    from plays
    semi join similar_tracks on plays.item_id = similar_tracks.track_id
    anti join hidden
        on {{ same_keys('plays', 'hidden', ['user_id', 'item_id']) }}
    left join recent_plays
        on plays.user_id = recent_plays.user_id
            and plays.item_id = recent_plays.track_id
),

-- each user's favourite, and every track for whoever asks
seeds as (
    select
        user_id,
        track_id
    from rank_favourites
    where place = 1
    union all
    select distinct
        cast(null as string) as user_id,
        track_id
    from similar_tracks
),

final as (
    select
        'more_like' as playlist_kind,
        seeds.user_id,
        cast(seeds.track_id as string) as subject,
        'More ' || similar_tracks.likeness as title,
        similar_tracks.similar_track_id as track_id,
        similar_tracks.rank as priority,
        similar_tracks.likeness as why
    from seeds
    inner join similar_tracks on seeds.track_id = similar_tracks.track_id
)

select * from final
