with

runs as (
    select * from {{ ref('stg_recommender__runs') }}
),

evaluated_users as (
    select * from {{ ref('int_users_evaluated') }}
),

final as (
    select
        row_number() over (order by runs.split_name, runs.item_type, runs.task, runs.model_name) as entry_id,
        runs.split_name,
        runs.item_type,
        runs.task,
        runs.model_name
    from runs
    semi join evaluated_users
        on {{ same_keys('runs', 'evaluated_users', ['split_name', 'item_type', 'task']) }}
    where runs.status = 'ok'
)

select * from final
