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
    select
        models.*,
        recommendations.user_id,
        recommendations.rank,
        recommendations.item_id
    from recommendations
    inner join models
        on {{ same_keys('recommendations', 'models', ['split_name', 'item_type', 'task', 'model_name']) }}
)

select * from final
