with

pairs as (
    select * from {{ ref('stg_recommender__similar_items') }}
),

items as (
    select * from {{ ref('item_popularity') }}
),

final as (
    select
        pairs.item_type,
        pairs.model_name,
        pairs.item_id,
        items.item_name,
        items.artist_name,
        pairs.rank,
        pairs.similar_item_id,
        others.item_name as similar_item_name,
        others.artist_name as similar_artist_name,
        pairs.similarity
    from pairs
    left join items
        on {{ same_keys('pairs', 'items', ['item_type', 'item_id']) }}
    left join items as others
        on pairs.item_type = others.item_type
            and pairs.similar_item_id = others.item_id
)

select * from final
