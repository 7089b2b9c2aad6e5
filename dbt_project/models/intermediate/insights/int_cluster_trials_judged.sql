with

trials as (
    select * from {{ ref('stg_recommender__cluster_trials') }}
),

described as (
    select * from {{ ref('int_cluster_trials_described') }}
),

judge_trials as (
    select
        trials.*,
        described.tagged_share,
        described.tag_similarity,
        described.volume_explained,
        case
            when described.tagged_share >= {{ var('min_tag_coverage') }} then described.tag_similarity
            else trials.held_out_similarity
        end as outside_similarity,
        coalesce(
            trials.largest_share <= {{ var('max_cluster_share') }}
            and trials.silhouette >= trials.silhouette_shuffled + {{ var('min_silhouette_gain') }}
            and trials.seed_stability >= {{ var('min_cluster_stability') }}, false
        ) as is_eligible
    from trials
    left join described
        on trials.entity_type = described.entity_type
            and trials.representation = described.representation
            and trials.algorithm = described.algorithm
            and trials.n_clusters = described.n_clusters
),

-- silhouettes of two spaces cannot be compared, and similarities grow with the number of clusters: over the whole grid of
-- numbers they can be
judge_representations as (
    select
        entity_type,
        representation,
        avg(outside_similarity) as representation_similarity
    from judge_trials
    group by
        entity_type,
        representation
),

rank_trials as (
    select
        judge_trials.*,
        {{ rounded('judge_representations.representation_similarity') }} as representation_similarity,
        row_number() over (
            partition by judge_trials.entity_type
            order by
                judge_trials.is_eligible desc,
                coalesce(judge_representations.representation_similarity, 0) desc,
                judge_trials.representation asc,
                judge_trials.silhouette desc,
                judge_trials.n_clusters asc,
                judge_trials.algorithm asc
        ) as preference
    from judge_trials
    inner join judge_representations
        on judge_trials.entity_type = judge_representations.entity_type
            and judge_trials.representation = judge_representations.representation
),

final as (
    select
        entity_type,
        item_type,
        representation,
        algorithm,
        n_clusters,
        silhouette,
        silhouette_low,
        silhouette_high,
        silhouette_shuffled,
        davies_bouldin,
        seed_stability,
        half_sample_stability,
        largest_share,
        held_out_similarity,
        tagged_share,
        tag_similarity,
        representation_similarity,
        volume_explained,
        is_eligible,
        cast(preference as integer) as preference,
        is_eligible and preference = 1 as is_chosen
    from rank_trials
)

select * from final
