with

served_models as (
    select * from {{ source('recommender', 'served_models') }}
),

fingerprints as (
    select * from {{ ref('training_fingerprints') }}
),

final as (
    select
        served_models.item_type,
        served_models.task,
        served_models.model_name,
        served_models.chosen_on_split,
        served_models.validation_ndcg,
        served_models.fingerprint
    from served_models
    inner join fingerprints
        on fingerprints.split_name = 'full'
            and served_models.item_type = fingerprints.item_type
            and served_models.fingerprint = fingerprints.fingerprint
)

select * from final
