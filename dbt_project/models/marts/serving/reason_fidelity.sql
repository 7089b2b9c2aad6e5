with

fidelity as (
    select * from {{ ref('stg_recommender__reason_fidelity') }}
),

reasons as (
    select * from {{ ref('stg_recommender__reasons') }}
),

count_exact as (
    select
        item_type,
        model_name,
        task,
        avg(cast(is_exact as integer)) as exact_share
    from reasons
    group by all
),

final as (
    select
        fidelity.item_type,
        fidelity.task,
        fidelity.model_name,
        count_exact.exact_share,
        fidelity.n_users,
        fidelity.named_fall,
        fidelity.random_fall
    from fidelity
    left join count_exact
        on {{ same_keys('fidelity', 'count_exact', ['item_type', 'model_name', 'task']) }}
)

select * from final
