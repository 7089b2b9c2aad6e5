with

themes as (
    select * from {{ ref('int_themes_described') }}
),

labels as (
    select * from {{ ref('int_themes_labelled') }}
),

final as (
    select
        labels.item_type,
        labels.model_name,
        labels.theme_id,
        labels.theme_label,
        themes.coherence,
        themes.coherence_positive,
        themes.coherence_random,
        themes.tag_coherence,
        themes.stability,
        themes.strength,
        themes.negative_share,
        labels.top_tags,
        themes.top_items
    from labels
    inner join themes
        on {{ same_keys('labels', 'themes', ['item_type', 'model_name', 'n_themes', 'theme_id']) }}
)

select * from final
