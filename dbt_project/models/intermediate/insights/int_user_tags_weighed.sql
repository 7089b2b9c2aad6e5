with

users as (
    select * from {{ ref('training_users') }}
    where split_name = 'full' and item_type = 'artist'
),

plays as (
    select * from {{ ref('user_item_plays') }}
    where item_type = 'artist'
),

item_tags as (
    select * from {{ ref('int_item_tags_weighed') }}
    where split_name = 'full' and item_type = 'artist'
),

weigh_tags as (
    select
        users.user_id,
        item_tags.tag,
        sum(plays.play_count * item_tags.weight) as weight
    from users
    inner join plays on users.user_id = plays.user_id
    inner join item_tags on plays.item_id = item_tags.item_id
    group by all
),

rank_tags as (
    select
        *,
        row_number() over (partition by user_id order by weight desc, tag asc) as place
    from weigh_tags
),

final as (
    select
        user_id,
        tag,
        weight / sqrt(sum(weight * weight) over (partition by user_id)) as weight
    from rank_tags
    where place <= 20
)

select * from final
