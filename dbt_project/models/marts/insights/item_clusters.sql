with

members as (
    select * from {{ ref('int_cluster_members_chosen') }}
    where entity_type <> 'user'
),

names as (
    select * from {{ ref('int_clusters_named') }}
),

items as (
    select * from {{ ref('item_popularity') }}
),

final as (
    select
        members.item_type,
        members.item_id,
        items.item_name,
        items.artist_name,
        members.cluster_id,
        names.cluster_label,
        members.distance,
        members.silhouette,
        members.x,
        members.y
    from members
    left join names
        on {{ same_keys('members', 'names', ['entity_type', 'cluster_id']) }}
    left join items
        on {{ same_keys('members', 'items', ['item_type', 'item_id']) }}
)

select * from final
