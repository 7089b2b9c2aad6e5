with

scores as (
    select * from {{ ref('int_scores_blocked') }}
),

intervals as (
    select * from {{ ref('int_scores_bootstrapped') }}
),

catalogues as (
    select * from {{ ref('int_catalogue_covered') }}
),

means as (
    select
        scores.split_name,
        scores.item_type,
        scores.task,
        scores.model_name,
        scores.scope,
        scores.k,
        {%- for metric in mean_metrics() %}
        scores.{{ metric }},
        intervals.{{ metric }}_low,
        intervals.{{ metric }}_high,
        {%- endfor %}
        {%- for metric in listing_metrics() %}
        scores.{{ metric }}_users,
        {%- endfor %}
        scores.n_users
    from scores
    inner join intervals
        on scores.split_name = intervals.split_name
            and scores.item_type = intervals.item_type
            and scores.task = intervals.task
            and scores.model_name = intervals.model_name
            and scores.scope = intervals.scope
            and scores.k = intervals.k
),

final as (
    {%- for metric in mean_metrics() %}
    select
        split_name,
        item_type,
        task,
        model_name,
        scope,
        '{{ metric }}' as metric,
        k,
        {{ metric }} as value,
        {{ metric }}_low as ci_low,
        {{ metric }}_high as ci_high,
        {{ metric ~ '_users' if metric in listing_metrics() else 'n_users' }} as n_users
    from means
    {%- if metric in listing_metrics() %}
    where scope = 'all'
    {%- endif %}
    union all
    {%- endfor %}
    {%- for metric in catalogue_metrics() %}
    select
        split_name,
        item_type,
        task,
        model_name,
        'all' as scope,
        '{{ metric }}' as metric,
        k,
        {{ metric }} as value,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        n_users
    from catalogues
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from final
