with

recommendations as (
    select * from {{ ref('int_lists_judged') }}
),

items as (
    select * from {{ ref('int_items_measured') }}
),

profiles as (
    select * from {{ ref('int_user_profiles_measured') }}
),

item_tags as (
    select * from {{ ref('int_item_tags_weighed') }}
),

listed_items as (
    select
        recommendations.split_name,
        recommendations.item_type,
        recommendations.task,
        recommendations.user_id,
        recommendations.model_name,
        recommendations.rank,
        items.parent_item_index,
        items.popularity,
        items.novelty
    from recommendations
    inner join items
        on recommendations.split_name = items.split_name
            and recommendations.item_type = items.item_type
            and recommendations.item_id = items.item_id
),

-- wide first, one pass over all recommendations; the lengths become rows below
average_items as (
    select
        {%- for k in metric_cutoffs() %}
        count(*) filter (where rank <= {{ k }}) as items_{{ k }},
        avg(novelty) filter (where rank <= {{ k }}) as novelty_{{ k }},
        avg(popularity) filter (where rank <= {{ k }}) as popularity_{{ k }},
        {%- endfor %}
        split_name,
        item_type,
        task,
        user_id,
        model_name
    from listed_items
    group by
        split_name,
        item_type,
        task,
        user_id,
        model_name
),

-- an artist counts from the first of their items on
place_artists as (
    select
        split_name,
        item_type,
        task,
        user_id,
        model_name,
        parent_item_index,
        min(rank) as first_rank
    from listed_items
    group by
        split_name,
        item_type,
        task,
        user_id,
        model_name,
        parent_item_index
),

count_artists as (
    select
        {%- for k in metric_cutoffs() %}
        count(*) filter (where first_rank <= {{ k }}) as artists_{{ k }},
        {%- endfor %}
        split_name,
        item_type,
        task,
        user_id,
        model_name
    from place_artists
    group by
        split_name,
        item_type,
        task,
        user_id,
        model_name
),

sum_tags as (
    select
        {%- for k in metric_cutoffs() %}
        sum(case when recommendations.rank <= {{ k }} then item_tags.weight else 0 end) as weight_{{ k }},
        sum(case when recommendations.rank <= {{ k }} then item_tags.weight * item_tags.weight else 0 end)
            as squared_weight_{{ k }},
        {%- endfor %}
        recommendations.split_name,
        recommendations.item_type,
        recommendations.task,
        recommendations.user_id,
        recommendations.model_name,
        item_tags.tag
    from recommendations
    inner join item_tags
        on recommendations.split_name = item_tags.split_name
            and recommendations.item_type = item_tags.item_type
            and recommendations.item_id = item_tags.item_id
    group by
        recommendations.split_name,
        recommendations.item_type,
        recommendations.task,
        recommendations.user_id,
        recommendations.model_name,
        item_tags.tag
),

-- the squared length of the sum of n unit vectors is n plus twice the cosines of all pairs
compare_tags as (
    select
        {%- for k in metric_cutoffs() %}
        round(sum(squared_weight_{{ k }})) as tagged_items_{{ k }},
        sum(weight_{{ k }} * weight_{{ k }}) as squared_length_{{ k }},
        {%- endfor %}
        split_name,
        item_type,
        task,
        user_id,
        model_name
    from sum_tags
    group by
        split_name,
        item_type,
        task,
        user_id,
        model_name
),

describe_lists as (
    select
        average_items.*,
        {%- for k in metric_cutoffs() %}
        {%- set pairs = 'compare_tags.tagged_items_' ~ k ~ ' * (compare_tags.tagged_items_' ~ k ~ ' - 1)' %}
        1 - (compare_tags.squared_length_{{ k }} - compare_tags.tagged_items_{{ k }}) / nullif({{ pairs }}, 0)
            as tag_diversity_{{ k }},
        count_artists.artists_{{ k }},
        {%- endfor %}
        profiles.popularity as profile_popularity
    from average_items
    inner join count_artists
        on average_items.split_name = count_artists.split_name
            and average_items.item_type = count_artists.item_type
            and average_items.task = count_artists.task
            and average_items.user_id = count_artists.user_id
            and average_items.model_name = count_artists.model_name
    left join compare_tags
        on average_items.split_name = compare_tags.split_name
            and average_items.item_type = compare_tags.item_type
            and average_items.task = compare_tags.task
            and average_items.user_id = compare_tags.user_id
            and average_items.model_name = compare_tags.model_name
    inner join profiles
        on average_items.split_name = profiles.split_name
            and average_items.item_type = profiles.item_type
            and average_items.user_id = profiles.user_id
),

final as (
    {%- for k in metric_cutoffs() %}
    select
        split_name,
        item_type,
        task,
        user_id,
        model_name,
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
