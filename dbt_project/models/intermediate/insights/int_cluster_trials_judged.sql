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
        -- users' tags come from the plays that their taste is made of, and a track's tags are its artist's
        case
            when trials.entity_type = 'artist' and described.tagged_share >= {{ var('min_tag_coverage') }}
                then described.tag_similarity
            else trials.held_out_similarity
        end as outside_similarity,
        coalesce(
            trials.largest_share <= {{ var('max_cluster_share') }}
            and trials.silhouette >= trials.silhouette_shuffled + {{ var('min_silhouette_gain') }}
            and trials.seed_stability >= {{ var('min_cluster_stability') }}
            and coalesce(trials.half_sample_stability, 1) >= {{ var('min_half_sample_stability') }}, false
        ) as is_eligible
    from trials
    left join described
        on {{ same_keys('trials', 'described', cluster_solution()) }}
),

count_representations as (
    select
        entity_type,
        count(distinct representation) as representation_count
    from judge_trials
    group by entity_type
),

count_judged as (
    select
        entity_type,
        algorithm,
        n_clusters,
        count(outside_similarity) as judged_count
    from judge_trials
    group by all
),

-- silhouettes of two spaces cannot be compared, and similarities grow with the number of clusters:
-- over what was tried in all spaces, similarities can be
judge_representations as (
    select
        judge_trials.entity_type,
        judge_trials.representation,
        avg(
            case
                when count_judged.judged_count = count_representations.representation_count
                    then judge_trials.outside_similarity
            end
        ) as representation_similarity
    from judge_trials
    inner join count_representations on judge_trials.entity_type = count_representations.entity_type
    inner join count_judged
        on {{ same_keys('judge_trials', 'count_judged', ['entity_type', 'algorithm', 'n_clusters']) }}
    group by all
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
        on {{ same_keys('judge_trials', 'judge_representations', ['entity_type', 'representation']) }}
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
