with

pairs as (
    select * from {{ ref('stg_recommender__similar_users') }}
),

plays as (
    select * from {{ ref('user_item_plays') }}
    where item_type = 'artist'
),

artists as (
    select * from {{ ref('artists') }}
),

-- what both play most: the fewer of their two numbers of plays
shared_plays as (
    select
        pairs.user_id,
        pairs.rank,
        plays.item_id as artist_id,
        least(plays.play_count, others.play_count) as play_count
    from pairs
    inner join plays on pairs.user_id = plays.user_id
    inner join plays as others
        on pairs.similar_user_id = others.user_id
            and plays.item_id = others.item_id
),

rank_shared as (
    select
        shared_plays.user_id,
        shared_plays.rank,
        artists.artist_name,
        row_number() over (
            partition by shared_plays.user_id, shared_plays.rank
            order by shared_plays.play_count desc, shared_plays.artist_id asc
        ) as place,
        count(*) over (partition by shared_plays.user_id, shared_plays.rank) as shared_count
    from shared_plays
    inner join artists on shared_plays.artist_id = artists.artist_id
),

list_shared as (
    select
        user_id,
        rank,
        any_value(shared_count) as shared_artist_count,
        {{ joined_text('artist_name', 'place', ', ') }} as shared_artists
    from rank_shared
    where place <= 5
    group by all
),

final as (
    select
        pairs.user_id,
        pairs.rank,
        pairs.similar_user_id,
        pairs.similarity,
        list_shared.shared_artists,
        list_shared.shared_artist_count
    from pairs
    left join list_shared
        on {{ same_keys('pairs', 'list_shared', ['user_id', 'rank']) }}
)

select * from final
