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
        on played_items.split_name = users.split_name
            and played_items.item_type = users.item_type
            and played_items.user_index = users.user_index
    inner join catalogue
        on played_items.split_name = catalogue.split_name
            and played_items.item_type = catalogue.item_type
            and played_items.item_index = catalogue.item_index
    inner join items
        on catalogue.split_name = items.split_name
            and catalogue.item_type = items.item_type
            and catalogue.item_id = items.item_id
    group by
        users.split_name,
        users.item_type,
        users.user_id
)

select * from final
