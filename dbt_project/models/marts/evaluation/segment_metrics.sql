with

scores as (
    select * from {{ ref('int_segments_scored') }}
),

kind_scores as (
    select * from {{ ref('int_scores_blocked') }}
    where scope not in ('all', 'recommendable')
),

kind_intervals as (
    select * from {{ ref('int_scores_bootstrapped') }}
),

models as (
    select * from {{ ref('int_models_evaluated') }}
),

draws as (
    select * from {{ ref('int_bootstrap_weights') }}
),

cut_draws as (
    {{ draws_cut_to_blocks('weights') }}
),

drawn_scores as (
    select
        scores.entry_id,
        scores.segment,
        scores.segment_value,
        {{ dot_product('cut_draws.weights', 'scores.value_sums') }}
        / nullif({{ dot_product('cut_draws.weights', 'scores.user_counts') }}, 0) as value
    from scores
    inner join cut_draws on scores.block_count = cut_draws.block_count
),

intervals as (
    select
        entry_id,
        segment,
        segment_value,
        percentile_cont(0.025) within group (order by value) as ci_low,
        percentile_cont(0.975) within group (order by value) as ci_high
    from drawn_scores
    group by all
),

segments as (
    select
        scores.entry_id,
        scores.segment,
        scores.segment_value,
        scores.metric,
        {{ rounded('scores.value') }} as value,
        {{ rounded('intervals.ci_low') }} as ci_low,
        {{ rounded('intervals.ci_high') }} as ci_high,
        scores.n_users
    from scores
    inner join intervals
        on {{ same_keys('scores', 'intervals', ['entry_id', 'segment', 'segment_value']) }}
    {%- for metric in accuracy_metrics() %}
    union all
    select
        kind_scores.entry_id,
        split_part(kind_scores.scope, '_', 2) || '_discovery' as segment,
        kind_scores.scope as segment_value,
        '{{ metric }}' as metric,
        kind_scores.{{ metric }} as value,
        kind_intervals.{{ metric }}_low as ci_low,
        kind_intervals.{{ metric }}_high as ci_high,
        kind_scores.n_users
    from kind_scores
    inner join kind_intervals
        on {{ same_keys('kind_scores', 'kind_intervals', ['entry_id', 'scope', 'k']) }}
    {%- endfor %}
),

final as (
    select
        models.split_name,
        models.item_type,
        models.task,
        models.model_name,
        segments.segment,
        segments.segment_value,
        segments.metric,
        {{ var('headline_k') }} as k,
        segments.value,
        {%- for end in ['ci_low', 'ci_high'] %}
        case when segments.n_users >= {{ var('min_segment_users') }} then segments.{{ end }} end as {{ end }},
        {%- endfor %}
        segments.n_users
    from segments
    inner join models on segments.entry_id = models.entry_id
)

select * from final
