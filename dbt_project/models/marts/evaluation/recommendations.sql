with

recommendations as (
    select * from {{ ref('stg_recommender__recommendations') }}
),

train_cells as (
    select * from {{ ref('int_train_cells') }}
),

items as (
    select * from {{ ref('item_popularity') }}
),

-- a cell of a temporal split may lie in fit and in validation
played_items as (
    select distinct
        split_name,
        item_type,
        user_id,
        item_id
    from train_cells
),

final as (
    select
        recommendations.split_name,
        recommendations.item_type,
        recommendations.task,
        recommendations.model_name,
        recommendations.user_id,
        recommendations.rank,
        recommendations.item_id,
        items.item_name,
        items.artist_name,
        recommendations.score,
        played_items.item_id is not null as is_repeat
    from recommendations
    left join items
        on {{ same_keys('recommendations', 'items', ['item_type', 'item_id']) }}
    left join played_items
        on {{ same_keys('recommendations', 'played_items', ['split_name', 'item_type', 'user_id', 'item_id']) }}
)

select * from final
