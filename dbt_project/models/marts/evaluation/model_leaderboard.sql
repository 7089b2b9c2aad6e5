with

metrics as (
    select * from {{ ref('model_metrics') }}
    where k = {{ var('headline_k') }}
),

leads as (
    select * from {{ ref('int_leads_compared') }}
),

runs as (
    select * from {{ ref('model_runs') }}
),

trials as (
    select * from {{ ref('tuning_trials') }}
    where is_chosen
),

matrices as (
    select * from {{ ref('matrix_sparsity') }}
    where stage = 'active'
),

spread_metrics as (
    select
        split_name,
        item_type,
        task,
        model_name,
        {%- for metric in accuracy_metrics() + ['coverage', 'coverage_ceiling', 'gini', 'novelty'] %}
        max(case when metric = '{{ metric }}' and scope = 'all' then value end) as {{ metric }},
        {%- endfor %}
        max(case when metric = 'ndcg' and scope = 'all' then ci_low end) as ndcg_ci_low,
        max(case when metric = 'ndcg' and scope = 'all' then ci_high end) as ndcg_ci_high,
        max(case when metric = 'ndcg' and scope = 'all' then n_users end) as n_users,
        max(case when metric = 'ndcg' and scope = 'recommendable' then value end) as ndcg_recommendable
    from metrics
    group by
        split_name,
        item_type,
        task,
        model_name
),

final as (
    select
        spread_metrics.split_name,
        spread_metrics.item_type,
        spread_metrics.task,
        cast(row_number() over (
            partition by spread_metrics.split_name, spread_metrics.item_type, spread_metrics.task
            order by spread_metrics.ndcg desc, spread_metrics.model_name asc
        ) as integer) as leaderboard_rank,
        spread_metrics.model_name,
        {{ var('headline_k') }} as k,
        spread_metrics.n_users,
        spread_metrics.ndcg,
        spread_metrics.ndcg_ci_low,
        spread_metrics.ndcg_ci_high,
        leads.runner_up_name,
        leads.lead,
        leads.lead_low as lead_ci_low,
        leads.lead_high as lead_ci_high,
        leads.lead_low > 0 as lead_is_real,
        spread_metrics.ndcg_recommendable,
        spread_metrics.precision,
        spread_metrics.recall,
        spread_metrics.recall_capped,
        spread_metrics.hit_rate,
        spread_metrics.map,
        spread_metrics.mrr,
        spread_metrics.coverage,
        spread_metrics.coverage_ceiling,
        spread_metrics.gini,
        spread_metrics.novelty,
        trials.validation_ndcg_20,
        runs.hyper_parameters,
        runs.trials_run,
        runs.trials_planned,
        runs.fit_seconds,
        matrices.user_count,
        matrices.item_count,
        matrices.cell_count,
        matrices.density
    from spread_metrics
    left join leads
        on spread_metrics.split_name = leads.split_name
            and spread_metrics.item_type = leads.item_type
            and spread_metrics.task = leads.task
            and spread_metrics.model_name = leads.model_name
    inner join runs
        on spread_metrics.split_name = runs.split_name
            and spread_metrics.item_type = runs.item_type
            and spread_metrics.model_name = runs.model_name
    left join trials
        on spread_metrics.split_name = trials.split_name
            and spread_metrics.item_type = trials.item_type
            and spread_metrics.task = trials.task
            and spread_metrics.model_name = trials.model_name
    left join matrices
        on spread_metrics.split_name = matrices.split_name
            and spread_metrics.item_type = matrices.item_type
)

select * from final
