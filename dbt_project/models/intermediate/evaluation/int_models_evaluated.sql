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
        declared_tasks.split_name,
        declared_tasks.item_type,
        declared_tasks.task,
        declared_tasks.model_name
    from declared_tasks
    inner join runs
        on declared_tasks.split_name = runs.split_name
            and declared_tasks.item_type = runs.item_type
            and declared_tasks.model_name = runs.model_name
    semi join evaluated_users
        on declared_tasks.split_name = evaluated_users.split_name
            and declared_tasks.item_type = evaluated_users.item_type
            and declared_tasks.task = evaluated_users.task
    where runs.status = 'ok'
)

select * from final
