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
        on scores.item_type = tasks.item_type
            and scores.task = tasks.task
            and scores.model_name = tasks.model_name
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
        on served.split_name = most_popular.split_name
            and served.item_type = most_popular.item_type
            and served.task = most_popular.task
            and served.user_id = most_popular.user_id
)

select * from final
