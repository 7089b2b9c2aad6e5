with

user_cluster_labels as (
    select * from {{ source('recommender', 'user_cluster_labels') }}
),

fingerprints as (
    select * from {{ ref('training_fingerprints') }}
),

final as (
    select
        user_cluster_labels.item_type,
        user_cluster_labels.representation,
        user_cluster_labels.algorithm,
        user_cluster_labels.n_clusters,
        user_cluster_labels.user_id,
        user_cluster_labels.cluster_id,
        user_cluster_labels.distance,
        user_cluster_labels.silhouette,
        user_cluster_labels.x,
        user_cluster_labels.y,
        user_cluster_labels.fingerprint
    from user_cluster_labels
    inner join fingerprints
        on fingerprints.split_name = 'full'
            and user_cluster_labels.item_type = fingerprints.item_type
            and user_cluster_labels.fingerprint = fingerprints.fingerprint
)

select * from final
