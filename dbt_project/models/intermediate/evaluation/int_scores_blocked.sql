with

lists as (
    select * from {{ ref('int_user_lists_scored') }}
),

sum_blocks as (
    select
        split_name,
        item_type,
        task,
        model_name,
        scope,
        k,
        (user_position - 1) % {{ bootstrap_blocks() }} + 1 as block,
        {%- for metric in mean_metrics() %}
        coalesce(sum({{ metric }}), 0) as {{ metric }},
        {%- endfor %}
        cast(count(*) as double) as user_count,
        cast(count(novelty) as double) as listed_count
    from lists
    group by
        split_name,
        item_type,
        task,
        model_name,
        scope,
        k,
        block
),

final as (
    select
        split_name,
        item_type,
        task,
        model_name,
        scope,
        k,
        count(*) as block_count,
        cast(sum(user_count) as bigint) as n_users,
        cast(sum(listed_count) as bigint) as n_listed,
        {%- for metric in accuracy_metrics() %}
        {{ rounded('sum(' ~ metric ~ ') / sum(user_count)') }} as {{ metric }},
        {%- endfor %}
        {%- for metric in listing_metrics() %}
        {{ rounded('sum(' ~ metric ~ ') / nullif(sum(listed_count), 0)') }} as {{ metric }},
        {%- endfor %}
        {%- for metric in mean_metrics() %}
        {{ ordered_list(metric, 'block') }} as {{ metric }}_sums,
        {%- endfor %}
        {{ ordered_list('user_count', 'block') }} as user_counts,
        {{ ordered_list('listed_count', 'block') }} as listed_counts
    from sum_blocks
    group by
        split_name,
        item_type,
        task,
        model_name,
        scope,
        k
)

select * from final
