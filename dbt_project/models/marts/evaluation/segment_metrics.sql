with

scores as (
    select * from {{ ref('int_segments_scored') }}
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

final as (
    select
        models.split_name,
        models.item_type,
        models.task,
        models.model_name,
        scores.segment,
        scores.segment_value,
        scores.metric,
        {{ var('headline_k') }} as k,
        {{ rounded('scores.value') }} as value,
        {%- for end in ['ci_low', 'ci_high'] %}
        case
            when scores.n_users >= {{ var('min_segment_users') }} then {{ rounded('intervals.' ~ end) }}
        end as {{ end }},
        {%- endfor %}
        scores.n_users
    from scores
    inner join models on scores.entry_id = models.entry_id
    inner join intervals
        on {{ same_keys('scores', 'intervals', ['entry_id', 'segment', 'segment_value']) }}
)

select * from final
