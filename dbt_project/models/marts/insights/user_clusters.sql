with

members as (
    select * from {{ ref('int_cluster_members_chosen') }}
    where entity_type = 'user'
),

names as (
    select * from {{ ref('int_clusters_named') }}
),

final as (
    select
        members.user_id,
        members.cluster_id,
        names.cluster_label,
        members.distance,
        members.silhouette,
        members.x,
        members.y
    from members
    left join names
        on {{ same_keys('members', 'names', ['entity_type', 'cluster_id']) }}
)

select * from final
