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

final as (
    {%- for share in entry_shares() %}
    select
        {%- for metric in mean_metrics() %}
        {{ rounded('percentile_cont(0.025) within group (order by ' ~ metric ~ ')') }} as {{ metric }}_low,
        {{ rounded('percentile_cont(0.975) within group (order by ' ~ metric ~ ')') }} as {{ metric }}_high,
        {%- endfor %}
        entry_id,
        scope,
        k
    -- a draw's mean is the ratio of two sums, because Poisson weights do not add up to the number of users
    from (
        select
            {%- for metric in accuracy_metrics() %}
            {{ dot_product('cut_draws.weights', 'scores.' ~ metric ~ '_sums') }}
            / nullif({{ dot_product('cut_draws.weights', 'scores.user_counts') }}, 0) as {{ metric }},
            {%- endfor %}
            {%- for metric in listing_metrics() %}
            {{ dot_product('cut_draws.weights', 'scores.' ~ metric ~ '_sums') }}
            / nullif({{ dot_product('cut_draws.weights', 'scores.' ~ metric ~ '_counts') }}, 0) as {{ metric }},
            {%- endfor %}
            scores.entry_id,
            scores.scope,
            scores.k
        from {{ ref('int_scores_blocked') }} as scores
        inner join cut_draws on scores.block_count = cut_draws.block_count
        where {{ in_share(share) }}
    ) as estimates
    group by all
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from final
