with

default_split as (
    select split_name from {{ ref('int_splits_built') }}
    where is_default
),

final as (
    select
        '{{ source_name() }}' as source_name,
        default_split.split_name as default_split,
        cast('{{ var("first_plausible_play") }}' as timestamp) as first_plausible_play,
        cast('{{ var("last_plausible_play") }}' as timestamp) as last_plausible_play,
        {%- for name in [
            'min_age', 'max_age', 'session_gap_minutes', 'min_items_per_user', 'min_users_per_track',
            'min_users_per_artist', 'k_core_rounds', 'min_users_to_learn', 'tuning_trials', 'tuning_budget_seconds',
            'random_seed', 'list_length', 'headline_k', 'bootstrap_draws'
        ] %}
        {{ var(name) }} as {{ name }},
        {%- endfor %}
        '{{ var("factorization_factors") | join(",") }}' as factorization_factors,
        '{{ var("cluster_counts") | join(",") }}' as cluster_counts,
        '{{ var("window_days") | join(",") }}' as window_days,
        '{{ var("metric_cutoffs") | join(",") }}' as metric_cutoffs
    from default_split
)

select * from final
