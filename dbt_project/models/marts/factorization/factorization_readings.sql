{%- set readings = {
    'rmse_plays': "scale = 'plays' and cells = 'held_out'",
    'rmse_log_plays': "scale = 'log_plays' and cells = 'held_out'",
    'validation_ndcg': "validation_ndcg is not null",
} -%}

with

quality as (
    select * from {{ ref('factorization_quality') }}
),

leaderboard as (
    select * from {{ ref('model_leaderboard') }}
    where task = 'discovery' and model_name in ('svd', 'nmf')
),

models as (
    select distinct
        split_name,
        item_type,
        model_name
    from quality
),

-- the best row of each curve; fewer factors win a tie
{%- for reading, condition in readings.items() %}
{%- set lowest = '-validation_ndcg' if reading == 'validation_ndcg' else 'rmse' %}

best_{{ reading }} as (
    select
        *,
        row_number() over (
            partition by split_name, item_type
            order by {{ lowest }} asc, n_factors asc, model_name asc
        ) as place
    from (
        select
            *,
            row_number() over (
                partition by split_name, item_type, model_name
                order by {{ lowest }} asc, n_factors asc, scale asc, cells asc
            ) as preference
        from quality
        where {{ condition }}
    ) as curve
    where preference = 1
),
{%- endfor %}

final as (
    select
        models.split_name,
        models.item_type,
        models.model_name,
        best_rmse_plays.rmse as rmse_plays,
        best_rmse_plays.n_factors as rmse_plays_factors,
        cast(best_rmse_plays.place as integer) as rmse_plays_place,
        best_rmse_log_plays.rmse as rmse_log_plays,
        best_rmse_log_plays.n_factors as rmse_log_plays_factors,
        cast(best_rmse_log_plays.place as integer) as rmse_log_plays_place,
        best_validation_ndcg.validation_ndcg,
        best_validation_ndcg.scale as validation_ndcg_scale,
        best_validation_ndcg.n_factors as validation_ndcg_factors,
        cast(best_validation_ndcg.place as integer) as validation_ndcg_place,
        leaderboard.ndcg as test_ndcg,
        leaderboard.leaderboard_rank
    from models
    left join best_rmse_plays
        on {{ same_keys('models', 'best_rmse_plays', ['split_name', 'item_type', 'model_name']) }}
    left join best_rmse_log_plays
        on {{ same_keys('models', 'best_rmse_log_plays', ['split_name', 'item_type', 'model_name']) }}
    left join best_validation_ndcg
        on {{ same_keys('models', 'best_validation_ndcg', ['split_name', 'item_type', 'model_name']) }}
    left join leaderboard
        on {{ same_keys('models', 'leaderboard', ['split_name', 'item_type', 'model_name']) }}
)

select * from final
