with

scores as (
    select * from {{ ref('int_scores_blocked') }}
    where scope = 'all' and k = {{ var('headline_k') }}
),

draws as (
    select * from {{ ref('int_sign_flips') }}
),

cut_draws as (
    {{ draws_cut_to_blocks('signs') }}
),

-- flipping a difference is flipping both of its terms, so each model is flipped once, whatever it is compared with
final as (
    select
        scores.entry_id,
        cut_draws.draw,
        {{ dot_product('cut_draws.signs', 'scores.ndcg_sums') }} / scores.n_users as ndcg
    from scores
    inner join cut_draws on scores.block_count = cut_draws.block_count
)

select * from final
