with

recommendations as (
    select * from {{ ref('stg_recommender__recommendations') }}
),

cells as (
    select * from {{ ref('int_cells_split') }}
),

items as (
    select * from {{ ref('item_popularity') }}
),

train_cells as (
    select distinct
        split_name,
        item_type,
        user_id,
        item_id
    from cells
    where part in ('fit', 'validation')
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
        train_cells.item_id is not null as is_repeat
    from recommendations
    left join items
        on recommendations.item_type = items.item_type
            and recommendations.item_id = items.item_id
    left join train_cells
        on recommendations.split_name = train_cells.split_name
            and recommendations.item_type = train_cells.item_type
            and recommendations.user_id = train_cells.user_id
            and recommendations.item_id = train_cells.item_id
)

select * from final
