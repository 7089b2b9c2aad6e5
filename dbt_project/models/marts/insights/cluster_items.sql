with

items as (
    select * from {{ ref('int_cluster_items_ranked') }}
),

final as (
    select
        entity_type,
        cluster_id,
        item_type,
        item_id,
        item_name,
        artist_name,
        listener_count,
        share,
        lift,
        place as rank
    from items
)

select * from final
