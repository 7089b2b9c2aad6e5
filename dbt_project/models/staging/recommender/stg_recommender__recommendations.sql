with

recommendations as (
    select * from {{ source('recommender', 'recommendations') }}
),

fingerprints as (
    select * from {{ ref('training_fingerprints') }}
),

final as (
    select
        recommendations.split_name,
        recommendations.item_type,
        recommendations.task,
        recommendations.model_name,
        recommendations.user_id,
        recommendations.rank,
        recommendations.item_id,
        recommendations.score,
        recommendations.fingerprint
    from recommendations
    inner join fingerprints
        on recommendations.split_name = fingerprints.split_name
            and recommendations.item_type = fingerprints.item_type
            and recommendations.fingerprint = fingerprints.fingerprint
)

select * from final
