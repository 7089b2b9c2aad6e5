with

members as (
    select * from {{ ref('int_cluster_members_chosen') }}
),

items as (
    select * from {{ ref('item_popularity') }}
),

plays as (
    select * from {{ ref('user_item_plays') }}
),

user_members as (
    select * from members
    where entity_type = 'user'
),

cluster_sizes as (
    select
        cluster_id,
        count(*) as user_count,
        sum(count(*)) over () as all_user_count
    from user_members
    group by cluster_id
),

count_listeners as (
    select
        user_members.cluster_id,
        user_members.item_type,
        plays.item_id,
        count(*) as listener_count,
        sum(count(*)) over (partition by user_members.item_type, plays.item_id) as all_listener_count
    from user_members
    inner join plays
        on user_members.item_type = plays.item_type
            and user_members.user_id = plays.user_id
    group by
        user_members.cluster_id,
        user_members.item_type,
        plays.item_id
),

-- users are named by what many of them play and others do not
weighed_by_lift as (
    select
        'user' as entity_type,
        count_listeners.cluster_id,
        count_listeners.item_type,
        count_listeners.item_id,
        count_listeners.listener_count,
        case
            when count_listeners.listener_count >= {{ var('min_share_of_label') }} * cluster_sizes.user_count
                then (count_listeners.listener_count / cluster_sizes.user_count)
                    / (count_listeners.all_listener_count / cluster_sizes.all_user_count)
            else 0
        end as weight
    from count_listeners
    inner join cluster_sizes on count_listeners.cluster_id = cluster_sizes.cluster_id
),

-- items are named by the best known among them
weighed_by_fame as (
    select
        members.entity_type,
        members.cluster_id,
        members.item_type,
        members.item_id,
        items.listener_count,
        items.listener_count as weight
    from members
    inner join items
        on members.item_type = items.item_type
            and members.item_id = items.item_id
    where members.entity_type <> 'user'
),

weighed as (
    select * from weighed_by_lift
    union all
    select * from weighed_by_fame
),

ranked as (
    select
        weighed.entity_type,
        weighed.cluster_id,
        items.item_name,
        row_number() over (
            partition by weighed.entity_type, weighed.cluster_id
            order by weighed.weight desc, weighed.listener_count desc, items.popularity_rank asc
        ) as place
    from weighed
    inner join items
        on weighed.item_type = items.item_type
            and weighed.item_id = items.item_id
),

final as (
    select
        entity_type,
        cluster_id,
        {{ joined_text('item_name', 'place', ' / ') }} as cluster_label
    from ranked
    where place <= {{ var('cluster_label_items') }}
    group by
        entity_type,
        cluster_id
)

select * from final
