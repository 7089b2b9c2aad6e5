with

chosen as (
    select * from {{ ref('int_cluster_trials_judged') }}
    where is_chosen
),

labels as (
    select
        'user' as entity_type,
        item_type,
        representation,
        algorithm,
        n_clusters,
        user_id,
        cast(null as bigint) as item_id,
        cluster_id,
        distance,
        silhouette,
        x,
        y
    from {{ ref('stg_recommender__user_cluster_labels') }}
    union all
    select
        item_type as entity_type,
        item_type,
        representation,
        algorithm,
        n_clusters,
        cast(null as varchar) as user_id,
        item_id,
        cluster_id,
        distance,
        silhouette,
        x,
        y
    from {{ ref('stg_recommender__item_cluster_labels') }}
),

final as (
    select
        labels.entity_type,
        labels.item_type,
        labels.user_id,
        labels.item_id,
        labels.cluster_id,
        labels.distance,
        labels.silhouette,
        labels.x,
        labels.y
    from labels
    inner join chosen
        on labels.entity_type = chosen.entity_type
            and labels.item_type = chosen.item_type
            and labels.representation = chosen.representation
            and labels.algorithm = chosen.algorithm
            and labels.n_clusters = chosen.n_clusters
)

select * from final
