with

trials as (
    select * from {{ ref('int_theme_trials_judged') }}
),

themes as (
    select * from {{ ref('int_themes_described') }}
),

average_themes as (
    select
        item_type,
        model_name,
        n_themes,
        avg(coherence_positive) as coherence_positive,
        avg(tag_coherence) as tag_coherence,
        avg(negative_share) as negative_share
    from themes
    group by all
),

final as (
    select
        trials.item_type,
        trials.model_name,
        trials.n_themes,
        trials.coherence,
        trials.coherence_low,
        trials.coherence_high,
        trials.coherence_random,
        trials.coherence_random_low,
        trials.coherence_random_high,
        trials.coherence_lead,
        trials.coherence_lead_low,
        trials.coherence_lead_high,
        {{ rounded('average_themes.coherence_positive') }} as coherence_positive,
        {{ rounded('average_themes.tag_coherence') }} as tag_coherence,
        {{ rounded('average_themes.negative_share') }} as negative_share,
        trials.stability,
        trials.half_sample_stability,
        trials.is_stable,
        trials.is_coherent,
        trials.is_chosen
    from trials
    left join average_themes
        on {{ same_keys('trials', 'average_themes', ['item_type', 'model_name', 'n_themes']) }}
)

select * from final
