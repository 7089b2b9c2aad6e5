with

scores as (
    select * from {{ ref('int_scores_blocked') }}
),

draws as (
    select * from {{ ref('int_bootstrap_weights') }}
),

-- the same draws for all models of a group, cut to its number of blocks
cut_draws as (
    {{ draws_cut_to_blocks('weights') }}
),

weigh_blocks as (
    select
        scores.entry_id,
        scores.scope,
        scores.k,
        {%- for metric in mean_metrics() %}
        {{ dot_product('cut_draws.weights', 'scores.' ~ metric ~ '_sums') }} as {{ metric }},
        {%- endfor %}
        {%- for metric in listing_metrics() %}
        {{ dot_product('cut_draws.weights', 'scores.' ~ metric ~ '_counts') }} as {{ metric }}_users,
        {%- endfor %}
        {{ dot_product('cut_draws.weights', 'scores.user_counts') }} as drawn_users
    from scores
    inner join cut_draws on scores.block_count = cut_draws.block_count
),

-- a draw's mean is the ratio of two sums, because Poisson weights do not add up to the number of users
estimates as (
    select
        {%- for metric in accuracy_metrics() %}
        {{ metric }} / nullif(drawn_users, 0) as {{ metric }},
        {%- endfor %}
        {%- for metric in listing_metrics() %}
        {{ metric }} / nullif({{ metric }}_users, 0) as {{ metric }},
        {%- endfor %}
        entry_id,
        scope,
        k
    from weigh_blocks
),

final as (
    select
        {%- for metric in mean_metrics() %}
        {{ rounded('percentile_cont(0.025) within group (order by ' ~ metric ~ ')') }} as {{ metric }}_low,
        {{ rounded('percentile_cont(0.975) within group (order by ' ~ metric ~ ')') }} as {{ metric }}_high,
        {%- endfor %}
        entry_id,
        scope,
        k
    from estimates
    group by all
)

select * from final
