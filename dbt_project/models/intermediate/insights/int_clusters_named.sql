with

items as (
    select * from {{ ref('int_cluster_items_ranked') }}
    where item_type = case when entity_type = 'user' then 'artist' else entity_type end
),

tags as (
    select * from {{ ref('int_cluster_tags_ranked') }}
),

{{ named_groups(population=['entity_type'], group=['cluster_id']) }},

final as (
    select
        entity_type,
        cluster_id,
        label as cluster_label
    from named_groups
)

select * from final
