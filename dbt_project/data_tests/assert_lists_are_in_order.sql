{{ config(tags='lists') }}
-- a list's ranks are 1 to its length (no two share one: a key test says so) and its scores never rise with rank
with

recommendations as (
    select * from {{ ref('recommendations') }}
),

describe_lists as (
    select
        split_name,
        item_type,
        task,
        model_name,
        user_id,
        min(rank) as first_rank,
        max(rank) as last_rank,
        count(*) as item_count,
        {{ ordered_list('score', 'rank') }} as scores,
        {{ ordered_list('score', 'score desc') }} as falling_scores
    from recommendations
    group by split_name, item_type, task, model_name, user_id
),

final as (
    select
        split_name,
        item_type,
        task,
        model_name,
        user_id,
        first_rank,
        last_rank,
        item_count
    from describe_lists
    where first_rank <> 1
        or last_rank <> item_count
        or scores <> falling_scores
)

select * from final
