{{ config(tags='lists') }}
-- 'discovery' never recommends what the user played in train, before any filter, and 'repeat' nothing else
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
        rank,
        item_id
    from recommendations
    where not {{ task_allows('task', 'is_repeat') }}
)

select * from final
