with

runs as (
    select * from {{ ref('stg_recommender__runs') }}
),

trials as (
    select * from {{ ref('stg_recommender__trials') }}
),

recommendations as (
    select * from {{ ref('stg_recommender__recommendations') }}
),

evaluated_users as (
    select * from {{ ref('int_users_evaluated') }}
),

declared_tasks as (
    select split_name, item_type, model_name, task
    from trials
    union
    select split_name, item_type, model_name, task
    from recommendations
),

final as (
    select
        row_number() over (
            order by
                declared_tasks.split_name,
                declared_tasks.item_type,
                declared_tasks.task,
                declared_tasks.model_name
        ) as entry_id,
        declared_tasks.split_name,
        declared_tasks.item_type,
        declared_tasks.task,
        declared_tasks.model_name
    from declared_tasks
    inner join runs
        on {{ same_keys('declared_tasks', 'runs', ['split_name', 'item_type', 'model_name']) }}
    semi join evaluated_users
        on {{ same_keys('declared_tasks', 'evaluated_users', ['split_name', 'item_type', 'task']) }}
    where runs.status = 'ok'
)

select * from final
