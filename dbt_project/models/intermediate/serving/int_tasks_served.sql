with

item_types as (
    select distinct item_type from {{ ref('item_popularity') }}
),

default_split as (
    select tasks from {{ ref('int_splits_built') }}
    where is_default
),

tasks as (
    select * from {{ one_column(tasks(), 'task') }}
),

served_models as (
    select * from {{ ref('stg_recommender__served_models') }}
),

final as (
    select
        item_types.item_type,
        tasks.task,
        served_models.model_name
    from item_types
    cross join default_split
    inner join tasks on {{ has_task(tasks_of('default_split.tasks', 'item_types.item_type'), 'tasks.task') }}
    left join served_models
        on item_types.item_type = served_models.item_type
            and tasks.task = served_models.task
)

select * from final
