with

items as (
    select * from {{ ref('int_theme_items_named') }}
),

chosen as (
    select * from {{ ref('int_theme_trials_judged') }}
    where is_chosen
),

tags as (
    select * from {{ ref('artist_tags') }}
),

members as (
    select
        items.item_type,
        items.model_name,
        items.theme_id,
        items.artist_id,
        sum(abs(items.weight)) as weight
    from items
    inner join chosen
        on {{ same_keys('items', 'chosen', ['item_type', 'model_name', 'n_themes']) }}
    group by all
),

{{ distinctive_tags(population=['item_type', 'model_name'], group=['theme_id']) }},

final as (
    select
        item_type,
        model_name,
        theme_id,
        tag,
        share,
        lift,
        cast(place as integer) as place
    from ranked_tags
)

select * from final
