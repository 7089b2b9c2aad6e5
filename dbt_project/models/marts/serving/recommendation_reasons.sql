with

served as (
    select * from {{ ref('served_recommendations') }}
    where rank <= {{ var('headline_k') }}
),

reasons as (
    select * from {{ ref('stg_recommender__reasons') }}
),

listed as (
    select * from {{ ref('recommendations') }}
    where split_name = 'full'
),

items as (
    select * from {{ ref('item_popularity') }}
),

-- by item: where something is left out of a list, what follows moves up
reasons_of_items as (
    select
        reasons.*,
        listed.item_id
    from reasons
    inner join listed
        on {{ same_keys('reasons', 'listed', ['item_type', 'task', 'model_name', 'user_id', 'rank']) }}
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
        coalesce(reasons_of_items.reason_rank, 1) as reason_rank,
        reasons_of_items.because_item_id,
        because.item_name as because_item_name,
        because.artist_name as because_artist_name,
        coalesce(reasons_of_items.contribution, served.score) as contribution,
        reasons_of_items.is_exact
    from served
    left join reasons_of_items
        on {{ same_keys('served', 'reasons_of_items', ['item_type', 'task', 'model_name', 'user_id', 'item_id']) }}
    left join items as because
        on reasons_of_items.item_type = because.item_type
            and reasons_of_items.because_item_id = because.item_id
)

select * from final
