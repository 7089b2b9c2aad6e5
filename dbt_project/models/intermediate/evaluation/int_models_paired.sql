with

blocked_scores as (
    select * from {{ ref('int_scores_blocked') }}
    where scope = 'all' and k = {{ var('headline_k') }}
),

models as (
    select * from {{ ref('int_models_evaluated') }}
),

runs as (
    select * from {{ ref('stg_recommender__runs') }}
),

trials as (
    select * from {{ ref('stg_recommender__trials') }}
    where is_chosen
),

scores as (
    select
        models.*,
        blocked_scores.ndcg,
        blocked_scores.n_users,
        runs.is_baseline,
        {{ cut_after('runs') }} as cut_after
    from blocked_scores
    inner join models on blocked_scores.entry_id = models.entry_id
    inner join runs
        on {{ same_keys('models', 'runs', ['split_name', 'item_type', 'task', 'model_name']) }}
),

-- on validation: the best on test would be a baseline that was picked with test in view
baselines_ranked as (
    select
        scores.*,
        row_number() over (
            partition by scores.split_name, scores.item_type, scores.task
            order by trials.validation_ndcg desc, scores.model_name asc
        ) as place
    from scores
    inner join trials
        on {{ same_keys('scores', 'trials', ['split_name', 'item_type', 'task', 'model_name']) }}
    where scores.is_baseline
),

leaders_ranked as (
    select
        *,
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

final as (
    select
        scores.entry_id,
        opponents.compared_with,
        opponents.entry_id as opponent_id,
        scores.ndcg - opponents.ndcg as mean_difference,
        scores.cut_after = opponents.cut_after as is_tuned_alike,
        scores.n_users
    from scores
    inner join opponents
        on {{ same_keys('scores', 'opponents', ['split_name', 'item_type', 'task']) }}
            and scores.entry_id <> opponents.entry_id
)

select * from final
