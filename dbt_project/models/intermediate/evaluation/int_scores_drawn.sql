with

scores as (
    select * from {{ ref('int_scores_blocked') }}
    where scope = 'all' and k = {{ var('headline_k') }}
),

draws as (
    select * from {{ ref('int_bootstrap_weights') }}
),

block_counts as (
    select distinct block_count
    from scores
),

cut_draws as (
    select
        block_counts.block_count,
        draws.draw,
        {{ first_of_list('draws.weights', 'block_counts.block_count') }} as weights
    from block_counts
    cross join draws
),

final as (
    select
        scores.split_name,
        scores.item_type,
        scores.task,
        scores.model_name,
        cut_draws.draw,
        {{ dot_product('cut_draws.weights', 'scores.ndcg_sums') }}
        / nullif({{ dot_product('cut_draws.weights', 'scores.user_counts') }}, 0) as ndcg
    from scores
    inner join cut_draws on scores.block_count = cut_draws.block_count
)

select * from final
