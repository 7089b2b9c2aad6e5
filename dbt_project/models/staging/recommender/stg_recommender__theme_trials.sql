with

theme_trials as (
    select * from {{ source('recommender', 'theme_trials') }}
),

fingerprints as (
    select * from {{ ref('training_fingerprints') }}
),

final as (
    select
        theme_trials.item_type,
        theme_trials.model_name,
        theme_trials.n_themes,
        theme_trials.stability,
        theme_trials.half_sample_stability,
        theme_trials.coherence,
        theme_trials.coherence_low,
        theme_trials.coherence_high,
        theme_trials.coherence_random,
        theme_trials.coherence_random_low,
        theme_trials.coherence_random_high,
        theme_trials.coherence_lead,
        theme_trials.coherence_lead_low,
        theme_trials.coherence_lead_high,
        theme_trials.fingerprint
    from theme_trials
    inner join fingerprints
        on fingerprints.split_name = 'full'
            and theme_trials.item_type = fingerprints.item_type
            and theme_trials.fingerprint = fingerprints.fingerprint
)

select * from final
