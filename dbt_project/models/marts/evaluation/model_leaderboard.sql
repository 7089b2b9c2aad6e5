with

metrics as (
    select * from {{ ref('model_metrics') }}
    where k = {{ var('headline_k') }}
),

discoveries as (
    select * from {{ ref('segment_metrics') }}
    where segment in ('artist_discovery', 'group_discovery') and metric = 'ndcg'
),

comparisons as (
    select * from {{ ref('model_comparisons') }}
    where compared_with = 'leader'
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
        {%- for metric in mean_metrics() + catalogue_metrics() %}
        max(case when metric = '{{ metric }}' and scope = 'all' then value end) as {{ metric }},
        {%- endfor %}
        max(case when metric = 'ndcg' and scope = 'all' then ci_low end) as ndcg_ci_low,
        max(case when metric = 'ndcg' and scope = 'all' then ci_high end) as ndcg_ci_high,
        max(case when metric = 'ndcg' and scope = 'all' then n_users end) as n_users,
        max(case when metric = 'ndcg' and scope = 'recommendable' then value end) as ndcg_recommendable
    from metrics
    group by all
),

spread_discoveries as (
    select
        {%- for kind in discovery_kinds() %}
        max(case when segment_value = '{{ kind }}' then value end) as ndcg_{{ kind }},
        {%- endfor %}
        split_name,
        item_type,
        task,
        model_name
    from discoveries
    group by all
),

rank_models as (
    select
        *,
        cast(row_number() over (
            partition by split_name, item_type, task
            order by ndcg desc, model_name asc
        ) as integer) as leaderboard_rank
    from spread_metrics
),

-- seen from the leader
leads as (
    select
        comparisons.split_name,
        comparisons.item_type,
        comparisons.task,
        comparisons.baseline_name as model_name,
        comparisons.model_name as runner_up_name,
        -comparisons.mean_difference as lead,
        -comparisons.ci_high as lead_low,
        -comparisons.ci_low as lead_high,
        case when comparisons.verdict <> 'not known' then comparisons.verdict = 'worse' end as lead_is_real
    from comparisons
    inner join rank_models
        on {{ same_keys('comparisons', 'rank_models', ['split_name', 'item_type', 'task', 'model_name']) }}
    where rank_models.leaderboard_rank = 2
),

final as (
    select
        rank_models.split_name,
        rank_models.item_type,
        rank_models.task,
        rank_models.leaderboard_rank,
        rank_models.model_name,
        {{ var('headline_k') }} as k,
        rank_models.n_users,
        rank_models.ndcg,
        rank_models.ndcg_ci_low,
        rank_models.ndcg_ci_high,
        leads.runner_up_name,
        leads.lead,
        leads.lead_low as lead_ci_low,
        leads.lead_high as lead_ci_high,
        leads.lead_is_real,
        rank_models.ndcg_recommendable,
        {%- for kind in discovery_kinds() %}
        spread_discoveries.ndcg_{{ kind }},
        {%- endfor %}
        rank_models.precision,
        rank_models.recall,
        rank_models.recall_capped,
        rank_models.hit_rate,
        rank_models.map,
        rank_models.mrr,
        rank_models.coverage,
        rank_models.coverage_ceiling,
        rank_models.gini,
        rank_models.user_overlap,
        rank_models.novelty,
        rank_models.popularity,
        rank_models.popularity_bias,
        rank_models.artist_diversity,
        rank_models.tag_diversity,
        rank_models.serendipity,
        trials.validation_ndcg,
        runs.engine,
        runs.hyper_parameters,
        runs.members,
        runs.edges,
        runs.trials_run,
        runs.trials_planned,
        runs.fit_seconds,
        matrices.user_count,
        matrices.item_count,
        matrices.cell_count,
        matrices.density
    from rank_models
    left join leads
        on {{ same_keys('rank_models', 'leads', ['split_name', 'item_type', 'task', 'model_name']) }}
    left join spread_discoveries
        on {{ same_keys('rank_models', 'spread_discoveries', ['split_name', 'item_type', 'task', 'model_name']) }}
    inner join runs
        on {{ same_keys('rank_models', 'runs', ['split_name', 'item_type', 'task', 'model_name']) }}
    left join trials
        on {{ same_keys('rank_models', 'trials', ['split_name', 'item_type', 'task', 'model_name']) }}
    left join matrices
        on {{ same_keys('rank_models', 'matrices', ['split_name', 'item_type']) }}
)

select * from final
