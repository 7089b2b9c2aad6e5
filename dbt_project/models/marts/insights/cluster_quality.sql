with

trials as (
    select * from {{ ref('int_cluster_trials_judged') }}
),

agreements as (
    select * from {{ ref('int_cluster_agreements') }}
),

final as (
    select
        {{ key_columns(cluster_solution(), 'trials') }},
        trials.silhouette,
        trials.silhouette_low,
        trials.silhouette_high,
        trials.silhouette_shuffled,
        trials.davies_bouldin,
        trials.seed_stability,
        trials.half_sample_stability,
        trials.largest_share,
        trials.held_out_similarity,
        trials.tagged_share,
        trials.tag_similarity,
        trials.representation_similarity,
        trials.volume_explained,
        agreements.chosen_agreement,
        trials.is_eligible,
        trials.preference,
        trials.is_chosen
    from trials
    left join agreements
        on {{ same_keys('trials', 'agreements', cluster_solution()) }}
)

select * from final
