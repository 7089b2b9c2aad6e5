{{ config(materialized='view') }}

with

recommendations as (
    select * from {{ ref('stg_recommender__recommendations') }}
),

models as (
    select * from {{ ref('int_models_evaluated') }}
),

-- lists of split 'full' are not judged
final as (
    select recommendations.*
    from recommendations
    semi join models
        on recommendations.split_name = models.split_name
            and recommendations.item_type = models.item_type
            and recommendations.task = models.task
            and recommendations.model_name = models.model_name
)

select * from final
