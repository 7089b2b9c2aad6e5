with

reconstruction_errors as (
    select * from {{ source('recommender', 'reconstruction_errors') }}
),

fingerprints as (
    select * from {{ ref('training_fingerprints') }}
),

final as (
    select
        reconstruction_errors.item_type,
        reconstruction_errors.model_name,
        reconstruction_errors.n_factors,
        reconstruction_errors.scale,
        reconstruction_errors.cells,
        reconstruction_errors.n_cells,
        reconstruction_errors.rmse,
        reconstruction_errors.mae,
        reconstruction_errors.fingerprint
    from reconstruction_errors
    inner join fingerprints
        on fingerprints.split_name = 'full'
            and reconstruction_errors.item_type = fingerprints.item_type
            and reconstruction_errors.fingerprint = fingerprints.fingerprint
)

select * from final
