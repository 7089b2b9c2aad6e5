with

served as (
    select * from {{ ref('served_recommendations') }}
    where rank <= {{ var('headline_k') }}
),

reasons as (
    select * from {{ ref('stg_recommender__reasons') }}
),

items as (
    select * from {{ ref('item_popularity') }}
),

final as (
    select
        served.item_type,
        served.task,
        served.model_name,
        served.user_id,
        served.rank,
        served.item_id,
        served.item_name,
        served.artist_name,
        served.score,
        -- a list that stands in for a model's, or that could not be explained, has the rest alone
        coalesce(reasons.reason_rank, 1) as reason_rank,
        reasons.because_item_id,
        because.item_name as because_item_name,
        because.artist_name as because_artist_name,
        coalesce(reasons.contribution, served.score) as contribution,
        reasons.is_exact
    from served
    left join reasons
        on {{ same_keys('served', 'reasons', ['item_type', 'task', 'model_name', 'user_id', 'rank']) }}
    left join items as because
        on reasons.item_type = because.item_type
            and reasons.because_item_id = because.item_id
)

select * from final
