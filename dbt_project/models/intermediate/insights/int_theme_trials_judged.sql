with

trials as (
    select * from {{ ref('stg_recommender__theme_trials') }}
),

judged as (
    select
        *,
        stability >= {{ var('min_theme_stability') }} as is_stable,
        coalesce(coherence_lead_low > 0, true) as is_coherent
    from trials
),

ranked as (
    select
        *,
        row_number() over (
            partition by item_type, model_name
            order by
                is_coherent desc,
                is_stable desc,
                case when is_stable then coalesce(coherence, -1) else stability end desc,
                n_themes asc
        ) as preference
    from judged
),

final as (
    select
        item_type,
        model_name,
        n_themes,
        stability,
        half_sample_stability,
        coherence,
        coherence_low,
        coherence_high,
        coherence_random,
        coherence_random_low,
        coherence_random_high,
        coherence_lead,
        coherence_lead_low,
        coherence_lead_high,
        is_stable,
        is_coherent,
        is_coherent and preference = 1 as is_chosen
    from ranked
)

select * from final
