with

chosen as (
    select * from {{ ref('int_cluster_members_chosen') }}
),

tags as (
    select * from {{ ref('artist_tags') }}
),

tracks as (
    select * from {{ ref('tracks') }}
),

plays as (
    select * from {{ ref('user_item_plays') }}
    where item_type = 'artist'
),

-- every user counts alike, however much is played
members as (
    select
        chosen.entity_type,
        chosen.cluster_id,
        plays.item_id as artist_id,
        sum(plays.play_count / users.play_count) as weight
    from chosen
    inner join plays on chosen.user_id = plays.user_id
    inner join {{ ref('users') }} as users on chosen.user_id = users.user_id
    group by all
    union all
    select
        entity_type,
        cluster_id,
        item_id as artist_id,
        1.0 as weight
    from chosen
    where item_type = 'artist' and item_id is not null
    union all
    select
        chosen.entity_type,
        chosen.cluster_id,
        tracks.artist_id,
        cast(count(*) as double) as weight
    from chosen
    inner join tracks on chosen.item_id = tracks.track_id
    where chosen.item_type = 'track'
    group by all
),

{{ distinctive_tags(population=['entity_type'], group=['cluster_id']) }},

final as (
    select
        entity_type,
        cluster_id,
        tag,
        share,
        lift,
        cast(place as integer) as place
    from ranked_tags
    where place <= 20
)

select * from final
