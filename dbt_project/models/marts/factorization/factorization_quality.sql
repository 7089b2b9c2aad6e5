with

factorization_errors as (
    select * from {{ ref('stg_recommender__factorization_errors') }}
),

final as (
    select
        split_name,
        item_type,
        model_name,
        n_factors,
        scale,
        cells,
        n_cells,
        rmse,
        mae,
        penalty,
        validation_ndcg
    from factorization_errors
)

select * from final
