with

trials as (
    select * from {{ ref('stg_recommender__trials') }}
),

final as (
    select
        split_name,
        item_type,
        model_name,
        trial,
        task,
        hyper_parameters,
        validation_ndcg,
        fit_seconds,
        is_chosen
    from trials
)

select * from final
