-- a user without a list scores 0 and never vanishes: each model's means are over the same users
with

metrics as (
    select * from {{ ref('model_metrics') }}
    where metric = 'ndcg'
),

users as (
    select * from {{ ref('int_users_evaluated') }}
),

count_users as (
    select
        split_name,
        item_type,
        task,
        scope,
        count(*) as user_count
    from users
    group by split_name, item_type, task, scope
),

final as (
    select
        metrics.split_name,
        metrics.item_type,
        metrics.task,
        metrics.model_name,
        metrics.scope,
        metrics.k,
        metrics.n_users,
        count_users.user_count
    from metrics
    left join count_users
        on metrics.split_name = count_users.split_name
            and metrics.item_type = count_users.item_type
            and metrics.task = count_users.task
            and metrics.scope = count_users.scope
    where metrics.n_users <> coalesce(count_users.user_count, 0)
)

select * from final
