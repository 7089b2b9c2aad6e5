with

cluster_trials as (
    select * from {{ source('recommender', 'cluster_trials') }}
),

fingerprints as (
    select * from {{ ref('training_fingerprints') }}
),

final as (
    select
        cluster_trials.entity_type,
        cluster_trials.item_type,
        cluster_trials.representation,
        cluster_trials.algorithm,
        cluster_trials.n_clusters,
        cluster_trials.silhouette,
        cluster_trials.silhouette_low,
        cluster_trials.silhouette_high,
        cluster_trials.silhouette_shuffled,
        cluster_trials.davies_bouldin,
        cluster_trials.seed_stability,
        cluster_trials.half_sample_stability,
        cluster_trials.largest_share,
        cluster_trials.held_out_similarity,
        cluster_trials.fingerprint
    from cluster_trials
    inner join fingerprints
        on fingerprints.split_name = 'full'
            and cluster_trials.item_type = fingerprints.item_type
            and cluster_trials.fingerprint = fingerprints.fingerprint
)

select * from final
