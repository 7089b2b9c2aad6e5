with

item_groups as (
    select * from {{ ref('stg_grouping__item_groups') }}
),

items as (
    select * from {{ ref('item_popularity') }}
),

final as (
    select
        item_groups.item_type,
        item_groups.item_id,
        items.item_name,
        item_groups.group_id,
        count(*) over (partition by item_groups.item_type, item_groups.group_id) as group_size
    from item_groups
    inner join items on {{ same_keys('item_groups', 'items', ['item_type', 'item_id']) }}
)

select * from final
