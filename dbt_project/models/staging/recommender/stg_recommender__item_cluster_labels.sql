with

item_cluster_labels as (
    select * from {{ source('recommender', 'item_cluster_labels') }}
),

fingerprints as (
    select * from {{ ref('training_fingerprints') }}
),

final as (
    select
        item_cluster_labels.item_type,
        item_cluster_labels.representation,
        item_cluster_labels.algorithm,
        item_cluster_labels.n_clusters,
        item_cluster_labels.item_id,
        item_cluster_labels.cluster_id,
        item_cluster_labels.distance,
        item_cluster_labels.silhouette,
        item_cluster_labels.x,
        item_cluster_labels.y,
        item_cluster_labels.fingerprint
    from item_cluster_labels
    inner join fingerprints
        on fingerprints.split_name = 'full'
            and item_cluster_labels.item_type = fingerprints.item_type
            and item_cluster_labels.fingerprint = fingerprints.fingerprint
)

select * from final
