with

theme_figures as (
    select * from {{ source('recommender', 'theme_figures') }}
),

fingerprints as (
    select * from {{ ref('training_fingerprints') }}
),

final as (
    select
        theme_figures.item_type,
        theme_figures.model_name,
        theme_figures.n_themes,
        theme_figures.theme_id,
        theme_figures.strength,
        theme_figures.coherence,
        theme_figures.coherence_positive,
        theme_figures.coherence_random,
        theme_figures.stability,
        theme_figures.fingerprint
    from theme_figures
    inner join fingerprints
        on fingerprints.split_name = 'full'
            and theme_figures.item_type = fingerprints.item_type
            and theme_figures.fingerprint = fingerprints.fingerprint
)

select * from final
