with

interactions as (
    select * from {{ ref('training_interactions') }}
    where split_name <> 'full'
),

users as (
    select * from {{ ref('training_users') }}
),

catalogue as (
    select * from {{ ref('training_items') }}
),

items as (
    select * from {{ ref('int_items_measured') }}
),

-- a cell of a temporal split may lie in fit and in validation
played_items as (
    select distinct
        split_name,
        item_type,
        user_index,
        item_index
    from interactions
),

final as (
    select
        users.split_name,
        users.item_type,
        users.user_id,
        {{ rounded('avg(items.popularity)') }} as popularity
    from played_items
    inner join users
        on {{ same_keys('played_items', 'users', ['split_name', 'item_type', 'user_index']) }}
    inner join catalogue
        on {{ same_keys('played_items', 'catalogue', ['split_name', 'item_type', 'item_index']) }}
    inner join items
        on {{ same_keys('catalogue', 'items', ['split_name', 'item_type', 'item_id']) }}
    group by all
)

select * from final
