with

errors as (
    select * from {{ ref('stg_recommender__reconstruction_errors') }}
),

means as (
    select *
    from errors
    where model_name = 'global_mean'
),

final as (
    select
        errors.item_type,
        errors.model_name,
        errors.n_factors,
        errors.scale,
        errors.cells,
        errors.n_cells,
        errors.rmse,
        errors.mae,
        errors.rmse / nullif(means.rmse, 0) as rmse_over_global_mean
    from errors
    inner join means
        on {{ same_keys('errors', 'means', ['item_type', 'scale', 'cells']) }}
)

select * from final
