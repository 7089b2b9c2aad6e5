with

chosen as (
    select * from {{ ref('int_theme_trials_judged') }}
    where is_chosen
),

items as (
    select
        theme_items.*,
        theme_items.rank as place
    from {{ ref('int_theme_items_named') }} as theme_items
    inner join chosen
        on theme_items.item_type = chosen.item_type
            and theme_items.model_name = chosen.model_name
            and theme_items.n_themes = chosen.n_themes
),

tags as (
    select * from {{ ref('int_theme_tags_ranked') }}
),

{{ named_groups(population=['item_type', 'model_name'], group=['theme_id']) }},

list_tags as (
    select
        item_type,
        model_name,
        theme_id,
        {{ joined_text('tag', 'place', ', ') }} as top_tags
    from tags
    where place <= 5
    group by
        item_type,
        model_name,
        theme_id
),

final as (
    select
        named_groups.item_type,
        named_groups.model_name,
        chosen.n_themes,
        named_groups.theme_id,
        named_groups.label as theme_label,
        list_tags.top_tags
    from named_groups
    inner join chosen
        on named_groups.item_type = chosen.item_type
            and named_groups.model_name = chosen.model_name
    left join list_tags
        on named_groups.item_type = list_tags.item_type
            and named_groups.model_name = list_tags.model_name
            and named_groups.theme_id = list_tags.theme_id
)

select * from final
