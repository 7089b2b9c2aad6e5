with

theme_items as (
    select * from {{ ref('int_theme_items_named') }}
),

chosen as (
    select * from {{ ref('int_theme_trials_judged') }}
    where is_chosen
),

final as (
    select
        theme_items.item_type,
        theme_items.model_name,
        theme_items.theme_id,
        theme_items.rank,
        theme_items.item_id,
        theme_items.item_name,
        theme_items.artist_name,
        theme_items.weight
    from theme_items
    inner join chosen
        on {{ same_keys('theme_items', 'chosen', ['item_type', 'model_name', 'n_themes']) }}
)

select * from final
