with

scores as (
    select * from {{ ref('int_scores_blocked') }}
    where scope in ('all', 'recommendable')
),

models as (
    select * from {{ ref('int_models_evaluated') }}
),

intervals as (
    select * from {{ ref('int_scores_bootstrapped') }}
),

catalogues as (
    select * from {{ ref('int_catalogue_covered') }}
),

means as (
    select
        models.split_name,
        models.item_type,
        models.task,
        models.model_name,
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
    inner join models on scores.entry_id = models.entry_id
    inner join intervals
        on {{ same_keys('scores', 'intervals', ['entry_id', 'scope', 'k']) }}
),

coverages as (
    select
        catalogues.*,
        models.split_name,
        models.item_type,
        models.task,
        models.model_name
    from catalogues
    inner join models on catalogues.entry_id = models.entry_id
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
    from coverages
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from final
