with

leading_items as (
    select * from {{ ref('int_theme_items_named') }}
    where rank <= {{ var('theme_top_items') }}
),

chosen as (
    select * from {{ ref('int_theme_trials_judged') }}
    where is_chosen
),

final as (
    select
        leading_items.item_type,
        leading_items.model_name,
        leading_items.n_themes,
        leading_items.theme_id,
        {{ joined_text('leading_items.item_name', 'leading_items.rank', ' / ') }} as theme_label,
        cast(null as varchar) as top_tags
    from leading_items
    inner join chosen
        on leading_items.item_type = chosen.item_type
            and leading_items.model_name = chosen.model_name
            and leading_items.n_themes = chosen.n_themes
    where leading_items.rank <= {{ var('cluster_label_items') }}
    group by
        leading_items.item_type,
        leading_items.model_name,
        leading_items.n_themes,
        leading_items.theme_id
)

select * from final
