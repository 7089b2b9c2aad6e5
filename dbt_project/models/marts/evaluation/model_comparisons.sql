with

pairs as (
    select * from {{ ref('int_models_paired') }}
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
        pairs.split_name,
        pairs.item_type,
        pairs.task,
        pairs.model_name,
        pairs.compared_with,
        percentile_cont(0.025) within group (order by models.ndcg - baselines.ndcg) as ci_low,
        percentile_cont(0.975) within group (order by models.ndcg - baselines.ndcg) as ci_high
    from pairs
    inner join drawn_scores as models
        on pairs.split_name = models.split_name
            and pairs.item_type = models.item_type
            and pairs.task = models.task
            and pairs.model_name = models.model_name
    inner join drawn_scores as baselines
        on pairs.split_name = baselines.split_name
            and pairs.item_type = baselines.item_type
            and pairs.task = baselines.task
            and pairs.baseline_name = baselines.model_name
            and models.draw = baselines.draw
    group by
        pairs.split_name,
        pairs.item_type,
        pairs.task,
        pairs.model_name,
        pairs.compared_with
),

-- sums are rounded by the order of their terms: a flip that leaves the difference as it is must count as one
count_flips as (
    select
        pairs.split_name,
        pairs.item_type,
        pairs.task,
        pairs.model_name,
        pairs.compared_with,
        count(*) as draws,
        count(case when abs(models.ndcg - baselines.ndcg) >= abs(pairs.mean_difference) - 1e-9 then 1 end) as as_extreme
    from pairs
    inner join flipped_scores as models
        on pairs.split_name = models.split_name
            and pairs.item_type = models.item_type
            and pairs.task = models.task
            and pairs.model_name = models.model_name
    inner join flipped_scores as baselines
        on pairs.split_name = baselines.split_name
            and pairs.item_type = baselines.item_type
            and pairs.task = baselines.task
            and pairs.baseline_name = baselines.model_name
            and models.draw = baselines.draw
    group by
        pairs.split_name,
        pairs.item_type,
        pairs.task,
        pairs.model_name,
        pairs.compared_with
),

compare as (
    select
        pairs.*,
        intervals.ci_low,
        intervals.ci_high,
        (count_flips.as_extreme + 1) / (count_flips.draws + 1) as p_value
    from pairs
    inner join intervals
        on pairs.split_name = intervals.split_name
            and pairs.item_type = intervals.item_type
            and pairs.task = intervals.task
            and pairs.model_name = intervals.model_name
            and pairs.compared_with = intervals.compared_with
    inner join count_flips
        on pairs.split_name = count_flips.split_name
            and pairs.item_type = count_flips.item_type
            and pairs.task = count_flips.task
            and pairs.model_name = count_flips.model_name
            and pairs.compared_with = count_flips.compared_with
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
