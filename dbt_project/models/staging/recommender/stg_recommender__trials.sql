with

trials as (
    select * from {{ source('recommender', 'trials') }}
),

fingerprints as (
    select * from {{ ref('training_fingerprints') }}
),

final as (
    select
        trials.split_name,
        trials.item_type,
        trials.model_name,
        trials.trial,
        trials.task,
        trials.hyper_parameters,
        trials.validation_ndcg,
        trials.fit_seconds,
        trials.is_chosen,
        trials.fingerprint
    from trials
    inner join fingerprints
        on trials.split_name = fingerprints.split_name
            and trials.item_type = fingerprints.item_type
            and trials.fingerprint = fingerprints.fingerprint
)

select * from final
