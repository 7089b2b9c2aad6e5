with

recommendations as (
    select * from {{ ref('int_lists_judged') }}
),

items as (
    select * from {{ ref('int_items_measured') }}
),

models as (
    select * from {{ ref('int_models_evaluated') }}
),

profiles as (
    select * from {{ ref('int_user_profiles_measured') }}
),

item_tags as (
    select * from {{ ref('int_item_tags_weighed') }}
),

listed_items as (
    select
        recommendations.entry_id,
        recommendations.user_id,
        recommendations.rank,
        items.parent_item_index,
        items.popularity,
        items.novelty
    from recommendations
    inner join items
        on {{ same_keys('recommendations', 'items', ['split_name', 'item_type', 'item_id']) }}
),

-- wide first, one pass over all recommendations; the lengths become rows below
average_items as (
    select
        {%- for k in metric_cutoffs() %}
        count(*) filter (where rank <= {{ k }}) as items_{{ k }},
        avg(novelty) filter (where rank <= {{ k }}) as novelty_{{ k }},
        avg(popularity) filter (where rank <= {{ k }}) as popularity_{{ k }},
        {%- endfor %}
        entry_id,
        user_id
    from listed_items
    group by all
),

-- an artist counts from the first of their items on
place_artists as (
    select
        entry_id,
        user_id,
        parent_item_index,
        min(rank) as first_rank
    from listed_items
    group by all
),

count_artists as (
    select
        {%- for k in metric_cutoffs() %}
        count(*) filter (where first_rank <= {{ k }}) as artists_{{ k }},
        {%- endfor %}
        entry_id,
        user_id
    from place_artists
    group by all
),

sum_tags as (
    select
        {%- for k in metric_cutoffs() %}
        sum(case when recommendations.rank <= {{ k }} then item_tags.weight else 0 end) as weight_{{ k }},
        sum(case when recommendations.rank <= {{ k }} then item_tags.weight * item_tags.weight else 0 end)
            as squared_weight_{{ k }},
        {%- endfor %}
        recommendations.entry_id,
        recommendations.user_id,
        item_tags.tag
    from recommendations
    inner join item_tags
        on {{ same_keys('recommendations', 'item_tags', ['split_name', 'item_type', 'item_id']) }}
    group by all
),

compare_tags as (
    select
        {%- for k in metric_cutoffs() %}
        round(sum(squared_weight_{{ k }})) as tagged_items_{{ k }},
        sum(weight_{{ k }} * weight_{{ k }}) as squared_length_{{ k }},
        {%- endfor %}
        entry_id,
        user_id
    from sum_tags
    group by all
),

describe_lists as (
    select
        average_items.*,
        {%- for k in metric_cutoffs() %}
        {{ mean_difference('compare_tags.squared_length_' ~ k, 'compare_tags.tagged_items_' ~ k) }}
            as tag_diversity_{{ k }},
        count_artists.artists_{{ k }},
        {%- endfor %}
        profiles.popularity as profile_popularity
    from average_items
    inner join count_artists
        on {{ same_keys('average_items', 'count_artists', ['entry_id', 'user_id']) }}
    left join compare_tags
        on {{ same_keys('average_items', 'compare_tags', ['entry_id', 'user_id']) }}
    inner join models on average_items.entry_id = models.entry_id
    inner join profiles
        on {{ same_keys('models', 'profiles', ['split_name', 'item_type']) }}
            and average_items.user_id = profiles.user_id
),

final as (
    {%- for k in metric_cutoffs() %}
    select
        entry_id,
        user_id,
        {{ k }} as k,
        {{ rounded('novelty_' ~ k) }} as novelty,
        {{ rounded('popularity_' ~ k) }} as popularity,
        {{ rounded('popularity_' ~ k ~ ' - profile_popularity') }} as popularity_bias,
        {{ rounded('artists_' ~ k ~ ' / items_' ~ k) }} as artist_diversity,
        {{ rounded('tag_diversity_' ~ k) }} as tag_diversity
    from describe_lists
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
