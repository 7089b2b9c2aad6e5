with

factorization_errors as (
    select * from {{ source('recommender', 'factorization_errors') }}
),

fingerprints as (
    select * from {{ ref('training_fingerprints') }}
),

final as (
    select
        factorization_errors.split_name,
        factorization_errors.item_type,
        factorization_errors.model_name,
        factorization_errors.n_factors,
        factorization_errors.scale,
        factorization_errors.cells,
        factorization_errors.n_cells,
        factorization_errors.rmse,
        factorization_errors.mae,
        factorization_errors.penalty,
        factorization_errors.validation_ndcg,
        factorization_errors.fingerprint
    from factorization_errors
    inner join fingerprints
        on factorization_errors.split_name = fingerprints.split_name
            and factorization_errors.item_type = fingerprints.item_type
            and factorization_errors.fingerprint = fingerprints.fingerprint
)

select * from final
