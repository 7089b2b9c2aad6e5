with

items as (
    select * from {{ ref('int_cluster_items_ranked') }}
),

tags as (
    select * from {{ ref('int_cluster_tags_ranked') }}
),

name_by_items as (
    select
        entity_type,
        cluster_id,
        {{ joined_text('item_name', 'place', ' / ') }} as label
    from items
    where place <= {{ var('cluster_label_items') }}
        and item_type = case when entity_type = 'user' then 'artist' else entity_type end
    group by
        entity_type,
        cluster_id
),

name_by_tags as (
    select
        entity_type,
        cluster_id,
        {{ joined_text('tag', 'place', ' / ') }} as label
    from tags
    where place <= {{ var('label_tags') }}
    group by
        entity_type,
        cluster_id
),

name_clusters as (
    select
        name_by_items.entity_type,
        name_by_items.cluster_id,
        coalesce(name_by_tags.label, name_by_items.label) as label
    from name_by_items
    left join name_by_tags
        on name_by_items.entity_type = name_by_tags.entity_type
            and name_by_items.cluster_id = name_by_tags.cluster_id
),

final as (
    select
        name_clusters.entity_type,
        name_clusters.cluster_id,
        case
            when count(*) over (partition by name_clusters.entity_type, name_clusters.label) = 1
                then name_clusters.label
            else name_clusters.label || ' (' || items.item_name || ')'
        end as cluster_label
    from name_clusters
    left join items
        on name_clusters.entity_type = items.entity_type
            and name_clusters.cluster_id = items.cluster_id
            and items.place = 1
            and items.item_type = case when items.entity_type = 'user' then 'artist' else items.entity_type end
)

select * from final
