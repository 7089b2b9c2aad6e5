{{ config(tags='lists') }}
-- a list that holds an item twice has one place less for others, and its second hit would count again
with

recommendations as (
    select * from {{ ref('recommendations') }}
),

final as (
    select
        split_name,
        item_type,
        task,
        model_name,
        user_id,
        count(*) - count(distinct item_id) as repeated_items
    from recommendations
    group by split_name, item_type, task, model_name, user_id
    having count(*) > count(distinct item_id)
)

select * from final
