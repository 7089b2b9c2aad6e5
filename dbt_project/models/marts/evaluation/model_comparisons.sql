with

pairs as (
    select * from {{ ref('int_models_paired') }}
),

models as (
    select * from {{ ref('int_models_evaluated') }}
),

drawn_scores as (
    select * from {{ ref('int_scores_drawn') }}
),

flipped_scores as (
    select * from {{ ref('int_scores_flipped') }}
),

-- paired: both models are drawn with the same users
intervals as (
    select
        pairs.entry_id,
        pairs.compared_with,
        percentile_cont(0.025) within group (order by scores.ndcg - opponents.ndcg) as ci_low,
        percentile_cont(0.975) within group (order by scores.ndcg - opponents.ndcg) as ci_high
    from pairs
    inner join drawn_scores as scores on pairs.entry_id = scores.entry_id
    inner join drawn_scores as opponents
        on pairs.opponent_id = opponents.entry_id
            and scores.draw = opponents.draw
    group by all
),

-- sums are rounded by the order of their terms: a flip that leaves the difference as it is must count as one
count_flips as (
    select
        pairs.entry_id,
        pairs.compared_with,
        count(*) as draws,
        count(case when abs(scores.ndcg - opponents.ndcg) >= abs(pairs.mean_difference) - 1e-9 then 1 end) as as_extreme
    from pairs
    inner join flipped_scores as scores on pairs.entry_id = scores.entry_id
    inner join flipped_scores as opponents
        on pairs.opponent_id = opponents.entry_id
            and scores.draw = opponents.draw
    group by all
),

compare as (
    select
        models.split_name,
        models.item_type,
        models.task,
        models.model_name,
        opponents.model_name as baseline_name,
        pairs.compared_with,
        pairs.mean_difference,
        pairs.is_tuned_alike,
        pairs.n_users,
        intervals.ci_low,
        intervals.ci_high,
        (count_flips.as_extreme + 1) / (count_flips.draws + 1) as p_value
    from pairs
    inner join models on pairs.entry_id = models.entry_id
    inner join models as opponents on pairs.opponent_id = opponents.entry_id
    inner join intervals
        on {{ same_keys('pairs', 'intervals', ['entry_id', 'compared_with']) }}
    inner join count_flips
        on {{ same_keys('pairs', 'count_flips', ['entry_id', 'compared_with']) }}
),

-- Holm: the smallest of m p-values is multiplied by m, the next by m - 1, ...; none may fall below one before it
order_p_values as (
    select
        *,
        row_number() over (
            partition by split_name, item_type, task, compared_with
            order by p_value, model_name
        ) as place,
        count(*) over (partition by split_name, item_type, task, compared_with) as family_size
    from compare
),

adjust_p_values as (
    select
        *,
        max(least(1, (family_size - place + 1) * p_value)) over (
            partition by split_name, item_type, task, compared_with
            order by place
        ) as p_value_adjusted
    from order_p_values
),

final as (
    select
        split_name,
        item_type,
        task,
        model_name,
        compared_with,
        baseline_name,
        'ndcg' as metric,
        {{ var('headline_k') }} as k,
        {{ rounded('mean_difference') }} as mean_difference,
        {{ rounded('ci_low') }} as ci_low,
        {{ rounded('ci_high') }} as ci_high,
        cast(p_value as double) as p_value,
        cast(p_value_adjusted as double) as p_value_adjusted,
        case
            when not is_tuned_alike then 'not known'
            when ci_low > 0 and p_value_adjusted < 0.05 then 'better'
            when ci_high < 0 and p_value_adjusted < 0.05 then 'worse'
            else 'tie'
        end as verdict,
        n_users
    from adjust_p_values
)

select * from final
