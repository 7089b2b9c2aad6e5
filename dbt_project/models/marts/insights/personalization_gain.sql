with

scores as (
    select * from {{ ref('user_metrics') }}
    where scope = 'all' and metric = 'ndcg' and k = {{ var('headline_k') }}
),

default_split as (
    select split_name from {{ ref('int_splits_built') }}
    where is_default
),

tasks as (
    select * from {{ ref('int_tasks_served') }}
),

served as (
    select scores.*
    from scores
    inner join default_split on scores.split_name = default_split.split_name
    inner join tasks
        on {{ same_keys('scores', 'tasks', ['item_type', 'task', 'model_name']) }}
),

most_popular as (
    select * from scores
    where model_name = 'most_popular'
),

final as (
    select
        served.split_name,
        served.item_type,
        served.task,
        served.user_id,
        served.model_name,
        served.metric,
        served.k,
        served.value,
        most_popular.value as most_popular_value,
        {{ rounded('served.value - most_popular.value') }} as gain
    from served
    left join most_popular
        on {{ same_keys('served', 'most_popular', ['split_name', 'item_type', 'task', 'user_id']) }}
)

select * from final
