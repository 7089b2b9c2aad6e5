with

features as (
    select * from {{ ref('retention_features') }}
),

predictions as (
    select * from {{ ref('stg_recommender__retention_predictions') }}
),

final as (
    select
        features.user_id,
        features.part,
        features.joined_at,
        features.is_retained,
        predictions.predicted
    from features
    left join predictions on features.user_id = predictions.user_id
)

select * from final
