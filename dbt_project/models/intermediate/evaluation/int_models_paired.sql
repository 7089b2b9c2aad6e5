with

scores as (
    select * from {{ ref('int_scores_blocked') }}
    where scope = 'all' and k = {{ var('headline_k') }}
),

runs as (
    select * from {{ ref('stg_recommender__runs') }}
),

trials as (
    select * from {{ ref('stg_recommender__trials') }}
    where is_chosen
),

-- on validation: the best on test would be a baseline that was picked with test in view
baselines_ranked as (
    select
        scores.split_name,
        scores.item_type,
        scores.task,
        scores.model_name,
        row_number() over (
            partition by scores.split_name, scores.item_type, scores.task
            order by trials.validation_ndcg desc, scores.model_name asc
        ) as place
    from scores
    inner join runs
        on scores.split_name = runs.split_name
            and scores.item_type = runs.item_type
            and scores.model_name = runs.model_name
    inner join trials
        on scores.split_name = trials.split_name
            and scores.item_type = trials.item_type
            and scores.task = trials.task
            and scores.model_name = trials.model_name
    where runs.is_baseline
),

leaders_ranked as (
    select
        split_name,
        item_type,
        task,
        model_name,
        row_number() over (
            partition by split_name, item_type, task
            order by ndcg desc, model_name asc
        ) as place
    from scores
),

opponents as (
    select 'best_baseline' as compared_with, * from baselines_ranked
    where place = 1
    union all
    select 'leader' as compared_with, * from leaders_ranked
    where place = 1
),

searches as (
    select
        runs.split_name,
        runs.item_type,
        runs.model_name,
        {{ cut_after('runs') }} as cut_after
    from runs
),

final as (
    select
        scores.split_name,
        scores.item_type,
        scores.task,
        scores.model_name,
        opponents.compared_with,
        opponents.model_name as baseline_name,
        scores.ndcg - baselines.ndcg as mean_difference,
        searches.cut_after = baseline_searches.cut_after as is_tuned_alike,
        scores.n_users
    from scores
    inner join opponents
        on scores.split_name = opponents.split_name
            and scores.item_type = opponents.item_type
            and scores.task = opponents.task
            and scores.model_name <> opponents.model_name
    inner join scores as baselines
        on opponents.split_name = baselines.split_name
            and opponents.item_type = baselines.item_type
            and opponents.task = baselines.task
            and opponents.model_name = baselines.model_name
    inner join searches
        on scores.split_name = searches.split_name
            and scores.item_type = searches.item_type
            and scores.model_name = searches.model_name
    inner join searches as baseline_searches
        on opponents.split_name = baseline_searches.split_name
            and opponents.item_type = baseline_searches.item_type
            and opponents.model_name = baseline_searches.model_name
)

select * from final
