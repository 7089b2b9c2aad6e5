-- each user of `int_users_served` has a list per item type and task that is served, unless the task allows none of the
-- items, or the user's feedback leaves something out, which may be all
with

-- what 'new_artists' allows is counted in artists
tasks as (
    select
        *,
        case when task = 'new_artists' then 'artist' else item_type end as counted_type
    from {{ ref('int_tasks_served') }}
),

users as (
    select * from {{ ref('int_users_served') }}
),

withheld as (
    select * from {{ ref('int_items_withheld') }}
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
        tasks.item_type,
        tasks.task,
        users.user_id
    from tasks
    cross join users
    anti join withheld
        on tasks.item_type = withheld.item_type
            and tasks.task = withheld.task
            and users.user_id = withheld.user_id
    inner join items on tasks.counted_type = items.item_type
    left join played_items
        on tasks.counted_type = played_items.item_type
            and users.user_id = played_items.user_id
    left join lists
        on tasks.item_type = lists.item_type
            and tasks.task = lists.task
            and users.user_id = lists.user_id
    where lists.user_id is null
        and case tasks.task
            when 'repeat' then coalesce(played_items.item_count, 0)
            when 'new_artists' then items.item_count - coalesce(played_items.item_count, 0)
            when 'discovery' then items.item_count - coalesce(played_items.item_count, 0)
            else items.item_count
        end > 0
)

select * from final
