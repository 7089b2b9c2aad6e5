with

items as (
    select * from {{ ref('int_theme_items_named') }}
),

chosen as (
    select * from {{ ref('int_theme_trials_judged') }}
    where is_chosen
),

tags as (
    select * from {{ ref('int_theme_tags_ranked') }}
),

label_by_items as (
    select
        items.item_type,
        items.model_name,
        items.n_themes,
        items.theme_id,
        {{ joined_text('items.item_name', 'items.rank', ' / ') }} as label,
        min(case when items.rank = 1 then items.item_name end) as first_item
    from items
    inner join chosen
        on items.item_type = chosen.item_type
            and items.model_name = chosen.model_name
            and items.n_themes = chosen.n_themes
    where items.rank <= {{ var('cluster_label_items') }}
    group by
        items.item_type,
        items.model_name,
        items.n_themes,
        items.theme_id
),

label_by_tags as (
    select
        item_type,
        model_name,
        theme_id,
        {{ joined_text('tag', 'place', ' / ') }} as label
    from tags
    where place <= {{ var('label_tags') }}
    group by
        item_type,
        model_name,
        theme_id
),

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

label_themes as (
    select
        label_by_items.item_type,
        label_by_items.model_name,
        label_by_items.n_themes,
        label_by_items.theme_id,
        label_by_items.first_item,
        coalesce(label_by_tags.label, label_by_items.label) as label,
        list_tags.top_tags
    from label_by_items
    left join label_by_tags
        on label_by_items.item_type = label_by_tags.item_type
            and label_by_items.model_name = label_by_tags.model_name
            and label_by_items.theme_id = label_by_tags.theme_id
    left join list_tags
        on label_by_items.item_type = list_tags.item_type
            and label_by_items.model_name = list_tags.model_name
            and label_by_items.theme_id = list_tags.theme_id
),

final as (
    select
        item_type,
        model_name,
        n_themes,
        theme_id,
        case
            when count(*) over (partition by item_type, model_name, label) = 1 then label
            else label || ' (' || first_item || ')'
        end as theme_label,
        top_tags
    from label_themes
)

select * from final
