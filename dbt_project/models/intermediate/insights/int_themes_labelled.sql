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
        on {{ same_keys('theme_items', 'chosen', ['item_type', 'model_name', 'n_themes']) }}
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
    group by all
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
        on {{ same_keys('named_groups', 'chosen', ['item_type', 'model_name']) }}
    left join list_tags
        on {{ same_keys('named_groups', 'list_tags', ['item_type', 'model_name', 'theme_id']) }}
)

select * from final
