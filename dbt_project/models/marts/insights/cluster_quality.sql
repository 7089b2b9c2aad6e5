with

trials as (
    select * from {{ ref('int_cluster_trials_judged') }}
),

final as (
    select
        entity_type,
        representation,
        algorithm,
        n_clusters,
        silhouette,
        silhouette_shuffled,
        davies_bouldin,
        seed_stability,
        half_sample_stability,
        largest_share,
        is_eligible,
        is_chosen
    from trials
)

select * from final
