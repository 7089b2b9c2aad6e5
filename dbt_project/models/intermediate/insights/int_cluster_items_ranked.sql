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
        plays.item_type,
        plays.item_id,
        count(*) as listener_count,
        sum(count(*)) over (partition by plays.item_type, plays.item_id) as all_listener_count
    from user_members
    inner join plays on user_members.user_id = plays.user_id
    group by
        user_members.cluster_id,
        plays.item_type,
        plays.item_id
),

-- users are known by what many of them play and others do not
weigh_by_lift as (
    select
        'user' as entity_type,
        count_listeners.cluster_id,
        count_listeners.item_type,
        count_listeners.item_id,
        count_listeners.listener_count,
        count_listeners.listener_count / cluster_sizes.user_count as share,
        (count_listeners.listener_count / cluster_sizes.user_count)
        / (count_listeners.all_listener_count / cluster_sizes.all_user_count) as lift
    from count_listeners
    inner join cluster_sizes on count_listeners.cluster_id = cluster_sizes.cluster_id
),

-- items are known by the best known among them
weigh_by_fame as (
    select
        members.entity_type,
        members.cluster_id,
        members.item_type,
        members.item_id,
        items.listener_count,
        cast(null as double) as share,
        cast(null as double) as lift
    from members
    inner join items
        on {{ same_keys('members', 'items', ['item_type', 'item_id']) }}
    where members.entity_type <> 'user'
),

weighed as (
    select * from weigh_by_lift
    union all
    select * from weigh_by_fame
),

ranked as (
    select
        weighed.*,
        items.item_name,
        items.artist_name,
        row_number() over (
            partition by weighed.entity_type, weighed.cluster_id, weighed.item_type
            order by
                case when weighed.share >= {{ var('min_share_of_label') }} then round(weighed.lift, 9) else 0 end desc,
                weighed.listener_count desc,
                items.popularity_rank asc
        ) as place
    from weighed
    inner join items
        on {{ same_keys('weighed', 'items', ['item_type', 'item_id']) }}
),

final as (
    select
        entity_type,
        cluster_id,
        item_type,
        item_id,
        item_name,
        artist_name,
        cast(listener_count as bigint) as listener_count,
        share,
        lift,
        cast(place as integer) as place
    from ranked
    where place <= 20
)

select * from final
