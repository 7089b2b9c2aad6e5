{% for share in entry_shares() %}
select
    entry_id,
    scope,
    k,
    count(*) as block_count,
    cast(sum(user_count) as bigint) as n_users,
    {%- for metric in accuracy_metrics() %}
    {{ rounded('sum(' ~ metric ~ ') / sum(user_count)') }} as {{ metric }},
    {%- endfor %}
    {%- for metric in listing_metrics() %}
    cast(sum({{ metric }}_users) as bigint) as {{ metric }}_users,
    {{ rounded('sum(' ~ metric ~ ') / nullif(sum(' ~ metric ~ '_users), 0)') }} as {{ metric }},
    {{ ordered_list(metric ~ '_users', 'block') }} as {{ metric }}_counts,
    {%- endfor %}
    {%- for metric in mean_metrics() %}
    {{ ordered_list(metric, 'block') }} as {{ metric }}_sums,
    {%- endfor %}
    {{ ordered_list('user_count', 'block') }} as user_counts
from (
    select
        entry_id,
        scope,
        k,
        (user_position - 1) % {{ bootstrap_blocks() }} + 1 as block,
        {%- for metric in mean_metrics() %}
        coalesce(sum({{ metric }}), 0) as {{ metric }},
        {%- endfor %}
        {%- for metric in listing_metrics() %}
        cast(count({{ metric }}) as double) as {{ metric }}_users,
        {%- endfor %}
        cast(count(*) as double) as user_count
    from {{ ref('int_user_lists_scored') }}
    where {{ in_share(share) }}
    group by all
) as sum_blocks
group by all
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
