with

scores as (
    select * from {{ ref('model_metrics') }}
    where scope = 'all' and metric = 'ndcg' and k = {{ var('headline_k') }}
),

draws as (
    select * from {{ ref('int_scores_drawn') }}
),

models as (
    select * from {{ ref('int_models_evaluated') }}
),

splits as (
    select * from {{ ref('int_splits_built') }}
),

runs as (
    select * from {{ ref('stg_recommender__runs') }}
),

drawn_scores as (
    select
        models.*,
        draws.draw,
        draws.ndcg
    from draws
    inner join models on draws.entry_id = models.entry_id
),

scores_of_kind as (
    select
        splits.split_kind,
        scores.*,
        {{ cut_after('runs') }} as cut_after
    from scores
    inner join splits on scores.split_name = splits.split_name and splits.fit_until is null
    inner join runs
        on {{ same_keys('scores', 'runs', ['split_name', 'item_type', 'task', 'model_name']) }}
),

average_scores as (
    select
        split_kind,
        item_type,
        task,
        model_name,
        count(*) as split_count,
        avg(value) as ndcg,
        stddev_samp(value) as ndcg_sd,
        min(value) as ndcg_lowest,
        max(value) as ndcg_highest,
        avg(ci_high - ci_low) / 2 as interval_half_width
    from scores_of_kind
    group by all
),

-- a model that did not run on one of the splits is compared with none
rank_models as (
    select
        *,
        max(split_count) over (partition by split_kind, item_type, task) as most_splits,
        row_number() over (
            partition by split_kind, item_type, task
            order by split_count desc, ndcg desc, model_name asc
        ) as place
    from average_scores
),

leaders as (
    select * from rank_models
    where place = 1
),

measure_differences as (
    select
        drawn_scores.split_name,
        splits.split_kind,
        drawn_scores.item_type,
        drawn_scores.task,
        drawn_scores.model_name,
        (
            percentile_cont(0.975) within group (order by drawn_scores.ndcg - of_leader.ndcg)
            - percentile_cont(0.025) within group (order by drawn_scores.ndcg - of_leader.ndcg)
        ) / 2 as half_width
    from drawn_scores
    inner join splits on drawn_scores.split_name = splits.split_name
    inner join leaders
        on {{ same_keys('drawn_scores', 'leaders', ['item_type', 'task']) }}
            and splits.split_kind = leaders.split_kind
    inner join drawn_scores as of_leader
        on {{ same_keys('drawn_scores', 'of_leader', ['split_name', 'item_type', 'task', 'draw']) }}
            and leaders.model_name = of_leader.model_name
    group by all
),

average_differences as (
    select
        scores_of_kind.split_kind,
        scores_of_kind.item_type,
        scores_of_kind.task,
        scores_of_kind.model_name,
        avg(scores_of_kind.value - of_leader.value) as difference,
        stddev_samp(scores_of_kind.value - of_leader.value) as difference_sd,
        avg(measure_differences.half_width) as difference_half_width,
        count(case when scores_of_kind.cut_after <> of_leader.cut_after then 1 end) as unequal_searches,
        least(
            stddev_samp(scores_of_kind.value - of_leader.value), avg(measure_differences.half_width)
        ) as smaller_spread,
        greatest(
            stddev_samp(scores_of_kind.value - of_leader.value), avg(measure_differences.half_width)
        ) as larger_spread
    from scores_of_kind
    inner join leaders
        on {{ same_keys('scores_of_kind', 'leaders', ['split_kind', 'item_type', 'task']) }}
    inner join scores_of_kind as of_leader
        on {{ same_keys('scores_of_kind', 'of_leader', ['split_name', 'item_type', 'task']) }}
            and leaders.model_name = of_leader.model_name
    inner join measure_differences
        on {{ same_keys('scores_of_kind', 'measure_differences', ['split_name', 'item_type', 'task', 'model_name']) }}
    group by all
),

final as (
    select
        rank_models.split_kind,
        rank_models.item_type,
        rank_models.task,
        rank_models.model_name,
        rank_models.split_count,
        {{ rounded('rank_models.ndcg') }} as ndcg,
        {{ rounded('rank_models.ndcg_sd') }} as ndcg_sd,
        rank_models.ndcg_lowest,
        rank_models.ndcg_highest,
        {{ rounded('rank_models.interval_half_width') }} as interval_half_width,
        leaders.model_name as leader_name,
        {{ rounded('average_differences.difference') }} as difference,
        {{ rounded('average_differences.difference_sd') }} as difference_sd,
        {{ rounded('average_differences.difference_half_width') }} as difference_half_width,
        case
            when rank_models.place = 1 then 'leader'
            when rank_models.split_count < rank_models.most_splits or rank_models.most_splits = 1 then 'not known'
            when average_differences.unequal_searches > 0 then 'not known'
            when abs(average_differences.difference) <= average_differences.smaller_spread then 'tie'
            when abs(average_differences.difference) <= average_differences.larger_spread then 'unclear'
            else 'behind'
        end as verdict
    from rank_models
    inner join leaders
        on {{ same_keys('rank_models', 'leaders', ['split_kind', 'item_type', 'task']) }}
    left join average_differences
        on {{ same_keys('rank_models', 'average_differences', ['split_kind', 'item_type', 'task', 'model_name']) }}
)

select * from final
