with

members as (
    select * from {{ ref('int_cluster_members_chosen') }}
),

names as (
    select * from {{ ref('int_clusters_named') }}
),

features as (
    select
        *,
        feature || case when effect_size > 0 then ' +' else ' ' end || round(effect_size, 1) as effect
    from {{ ref('int_cluster_features_compared') }}
    where place <= 3 and abs(effect_size) >= 0.2
),

items as (
    select * from {{ ref('int_cluster_items_ranked') }}
    where place <= 5
),

tags as (
    select * from {{ ref('int_cluster_tags_ranked') }}
    where place <= 5
),

sum_members as (
    select
        entity_type,
        cluster_id,
        count(*) as size,
        avg(silhouette) as silhouette,
        avg(x) as x,
        avg(y) as y
    from members
    group by all
),

join_features as (
    select
        entity_type,
        cluster_id,
        {{ joined_text('effect', 'place', ', ') }} as distinguishing_features
    from features
    group by all
),

join_items as (
    select
        entity_type,
        cluster_id,
        {{ joined_text("case when item_type = 'artist' then item_name end", 'place', ', ') }} as top_artists,
        {{ joined_text("case when item_type = 'track' then artist_name || ': ' || item_name end", 'place', ', ') }}
            as top_tracks
    from items
    group by all
),

join_tags as (
    select
        entity_type,
        cluster_id,
        {{ joined_text('tag', 'place', ', ') }} as top_tags
    from tags
    group by all
),

final as (
    select
        sum_members.entity_type,
        sum_members.cluster_id,
        names.cluster_label,
        sum_members.size,
        cast(
            sum_members.size / sum(sum_members.size) over (partition by sum_members.entity_type) as double
        ) as share,
        sum_members.silhouette,
        join_features.distinguishing_features,
        join_items.top_artists,
        join_items.top_tracks,
        join_tags.top_tags,
        sum_members.x,
        sum_members.y
    from sum_members
    left join names
        on {{ same_keys('sum_members', 'names', ['entity_type', 'cluster_id']) }}
    left join join_features
        on {{ same_keys('sum_members', 'join_features', ['entity_type', 'cluster_id']) }}
    left join join_items
        on {{ same_keys('sum_members', 'join_items', ['entity_type', 'cluster_id']) }}
    left join join_tags
        on {{ same_keys('sum_members', 'join_tags', ['entity_type', 'cluster_id']) }}
)

select * from final
