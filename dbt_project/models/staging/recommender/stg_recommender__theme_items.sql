with

theme_items as (
    select * from {{ source('recommender', 'theme_items') }}
),

fingerprints as (
    select * from {{ ref('training_fingerprints') }}
),

final as (
    select
        theme_items.item_type,
        theme_items.model_name,
        theme_items.n_themes,
        theme_items.theme_id,
        theme_items.item_id,
        theme_items.weight,
        theme_items.rank,
        theme_items.fingerprint
    from theme_items
    inner join fingerprints
        on fingerprints.split_name = 'full'
            and theme_items.item_type = fingerprints.item_type
            and theme_items.fingerprint = fingerprints.fingerprint
)

select * from final
