with

scores as (
    select * from {{ ref('int_scores_blocked') }}
    where scope = 'all' and k = {{ var('headline_k') }}
),

draws as (
    select * from {{ ref('int_bootstrap_weights') }}
),

cut_draws as (
    {{ draws_cut_to_blocks('weights') }}
),

final as (
    select
        scores.entry_id,
        cut_draws.draw,
        {{ dot_product('cut_draws.weights', 'scores.ndcg_sums') }}
        / nullif({{ dot_product('cut_draws.weights', 'scores.user_counts') }}, 0) as ndcg
    from scores
    inner join cut_draws on scores.block_count = cut_draws.block_count
)

select * from final
