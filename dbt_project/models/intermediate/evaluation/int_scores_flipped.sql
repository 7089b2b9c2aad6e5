with

scores as (
    select * from {{ ref('int_scores_blocked') }}
    where scope = 'all' and k = {{ var('headline_k') }}
),

flips as (
    select * from {{ ref('int_sign_flips') }}
),

block_counts as (
    select distinct block_count
    from scores
),

cut_flips as (
    select
        block_counts.block_count,
        flips.draw,
        {{ first_of_list('flips.signs', 'block_counts.block_count') }} as signs
    from block_counts
    cross join flips
),

-- flipping a difference is flipping both of its terms, so each model is flipped once, whatever it is compared with
final as (
    select
        scores.split_name,
        scores.item_type,
        scores.task,
        scores.model_name,
        cut_flips.draw,
        {{ dot_product('cut_flips.signs', 'scores.ndcg_sums') }} / scores.n_users as ndcg
    from scores
    inner join cut_flips on scores.block_count = cut_flips.block_count
)

select * from final
