with

scores as (
    select * from {{ ref('int_diversified_scored') }}
),

trials as (
    select * from {{ ref('stg_recommender__diversity_trials') }}
),

parameters as (
    select * from {{ ref('evaluation_parameters') }}
),

served_models as (
    select * from {{ ref('stg_recommender__served_models') }}
    where task = 'discovery'
),

average_scores as (
    select
        {%- for metric in ['ndcg', 'tag_diversity', 'mix_distance', 'artist_diversity', 'novelty'] %}
        {{ rounded('avg(' ~ metric ~ ')') }} as {{ metric }},
        {%- endfor %}
        split_name,
        item_type,
        model_name,
        diversity_kind,
        trade_off,
        count(*) as n_users
    from scores
    group by all
),

final as (
    select
        scores.split_name,
        scores.item_type,
        scores.model_name,
        scores.diversity_kind,
        scores.trade_off as {{ adapter.quote('lambda') }},
        trials.validation_ndcg,
        {{ rounded('trials.validation_ndcg / nullif(own_trials.validation_ndcg, 0)') }} as validation_ndcg_kept,
        scores.ndcg,
        {{ rounded('scores.ndcg / nullif(own_scores.ndcg, 0)') }} as ndcg_kept,
        scores.tag_diversity,
        scores.mix_distance,
        scores.artist_diversity,
        scores.novelty,
        scores.n_users,
        scores.trade_off = parameters.diversity_lambda as is_default,
        served_models.item_type is not null as is_served
    from average_scores as scores
    cross join parameters
    inner join trials
        on {{ same_keys('scores', 'trials', ['split_name', 'item_type', 'diversity_kind', 'trade_off']) }}
    left join served_models
        on scores.item_type = served_models.item_type
            and scores.diversity_kind = served_models.diversity_kind
            and scores.trade_off = served_models.diversity_lambda
    inner join average_scores as own_scores
        on {{ same_keys('scores', 'own_scores', ['split_name', 'item_type', 'diversity_kind']) }}
            and own_scores.trade_off = 0
    inner join trials as own_trials
        on {{ same_keys('scores', 'own_trials', ['split_name', 'item_type', 'diversity_kind']) }}
            and own_trials.trade_off = 0
)

select * from final
