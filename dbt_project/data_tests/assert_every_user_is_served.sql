-- each user of `users` has a list per item type and task that is served, unless the task allows none of the items
with

served_models as (
    select * from {{ ref('stg_recommender__served_models') }}
),

users as (
    select * from {{ ref('users') }}
),

lists as (
    select * from {{ ref('served_recommendations') }}
    where rank = 1
),

items as (
    select
        item_type,
        count(*) as item_count
    from {{ ref('item_popularity') }}
    group by item_type
),

played_items as (
    select
        item_type,
        user_id,
        count(*) as item_count
    from {{ ref('user_item_plays') }}
    group by item_type, user_id
),

final as (
    select
        served_models.item_type,
        served_models.task,
        users.user_id
    from served_models
    cross join users
    inner join items on served_models.item_type = items.item_type
    left join played_items
        on served_models.item_type = played_items.item_type
            and users.user_id = played_items.user_id
    left join lists
        on served_models.item_type = lists.item_type
            and served_models.task = lists.task
            and users.user_id = lists.user_id
    where lists.user_id is null
        and case served_models.task
            when 'repeat' then coalesce(played_items.item_count, 0)
            when 'discovery' then items.item_count - coalesce(played_items.item_count, 0)
            else items.item_count
        end > 0
)

select * from final
