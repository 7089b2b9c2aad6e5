with

pairs as (
    select * from {{ ref('stg_recommender__similar_items') }}
),

default_split as (
    select split_name from {{ ref('int_splits_built') }}
    where is_default
),

served_models as (
    select distinct
        item_type,
        model_name
    from {{ ref('int_tasks_served') }}
),

items as (
    select * from {{ ref('item_popularity') }}
),

-- what is served knows all plays, the others those of the default split's training
chosen_pairs as (
    select
        pairs.*,
        served_models.model_name is not null as is_served
    from pairs
    left join served_models
        on {{ same_keys('pairs', 'served_models', ['item_type', 'model_name']) }}
    where (served_models.model_name is not null and pairs.split_name = 'full')
        or (served_models.model_name is null and pairs.split_name in (select split_name from default_split))
),

final as (
    select
        chosen_pairs.item_type,
        chosen_pairs.model_name,
        chosen_pairs.is_served,
        chosen_pairs.item_id,
        items.item_name,
        items.artist_name,
        chosen_pairs.rank,
        chosen_pairs.similar_item_id,
        others.item_name as similar_item_name,
        others.artist_name as similar_artist_name,
        chosen_pairs.similarity
    from chosen_pairs
    left join items
        on {{ same_keys('chosen_pairs', 'items', ['item_type', 'item_id']) }}
    left join items as others
        on chosen_pairs.item_type = others.item_type
            and chosen_pairs.similar_item_id = others.item_id
)

select * from final
