with

trials as (
    select * from {{ ref('stg_recommender__cluster_trials') }}
    -- users are grouped by the artists they play: tracks are too many for so few listeners
    where entity_type <> 'user' or item_type = 'artist'
),

judged as (
    select
        *,
        coalesce(
            largest_share <= {{ var('max_cluster_share') }} and silhouette > silhouette_shuffled, false
        ) as is_eligible
    from trials
),

ranked as (
    select
        *,
        row_number() over (
            partition by entity_type
            order by is_eligible desc, silhouette desc, n_clusters asc, representation asc, algorithm asc
        ) as preference
    from judged
),

final as (
    select
        entity_type,
        item_type,
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
        is_eligible and preference = 1 as is_chosen
    from ranked
)

select * from final
