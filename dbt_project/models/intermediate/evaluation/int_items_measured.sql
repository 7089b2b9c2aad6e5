with

interactions as (
    select * from {{ ref('training_interactions') }}
    where split_name <> 'full'
),

users as (
    select * from {{ ref('training_users') }}
),

items as (
    select * from {{ ref('training_items') }}
    where split_name <> 'full'
),

count_users as (
    select
        split_name,
        item_type,
        count(*) as user_count
    from users
    group by all
),

-- a cell of a temporal split may lie in fit and in validation
count_listeners as (
    select
        split_name,
        item_type,
        item_index,
        count(distinct user_index) as listener_count
    from interactions
    group by all
),

final as (
    select
        items.split_name,
        items.item_type,
        items.item_id,
        items.parent_item_index,
        count_listeners.listener_count,
        count_listeners.listener_count / count_users.user_count as popularity,
        log2(count_users.user_count / count_listeners.listener_count) as novelty
    from items
    inner join count_listeners
        on {{ same_keys('items', 'count_listeners', ['split_name', 'item_type', 'item_index']) }}
    inner join count_users
        on {{ same_keys('items', 'count_users', ['split_name', 'item_type']) }}
)

select * from final
