with

splits as (
    select * from {{ ref('int_splits_built') }}
),

default_split as (
    select split_name from splits
    where is_default
),

built_splits as (
    select {{ joined_text('split_name', 'split_name', ',') }} as split_names
    from splits
),

final as (
    select
        '{{ source_name() }}' as source_name,
        default_split.split_name as default_split,
        built_splits.split_names as built_splits,
        {{ timestamp_var('first_plausible_play') }} as first_plausible_play,
        {{ timestamp_var('last_plausible_play') }} as last_plausible_play,
        {{ timestamp_var('playlist_week') }} as playlist_week,
        {%- for name in [
            'min_age', 'max_age', 'session_gap_minutes', 'min_played_seconds', 'merge_seconds', 'min_items_per_user',
            'min_users_per_track', 'min_users_per_artist', 'personal_half_life_days', 'min_listeners_to_group',
            'k_core_rounds', 'min_users_to_learn', 'tuning_trials', 'tuning_budget_seconds', 'max_tuning_cells',
            'period_days', 'random_seed', 'list_length', 'max_tracks_per_artist', 'love_plays',
            'serve_users_without_plays', 'new_artists', 'headline_k', 'bootstrap_draws', 'permutation_draws',
            'min_segment_users', 'max_clustered_items', 'cluster_label_items', 'tags_per_artist', 'label_tags',
            'theme_top_items', 'playlist_length', 'playlist_tracks_per_artist', 'playlist_recent_days',
            'playlist_forgotten_days', 'playlist_forgotten_plays', 'playlist_groups', 'playlist_group_tracks',
            'undersold_min_lists', 'retention_early_days', 'retention_last_days', 'retention_min_outcomes', 'retention_bins'
        ] %}
        {{ var(name) }} as {{ name }},
        {%- endfor %}
        '{{ var("factorization_factors") | join(",") }}' as factorization_factors,
        '{{ var("cluster_counts") | join(",") }}' as cluster_counts,
        '{{ var("theme_counts") | join(",") }}' as theme_counts,
        {%- for name in [
            'min_group_similarity', 'rank_biased_persistence', 'max_cluster_share', 'min_silhouette_gain',
            'min_cluster_stability', 'min_half_sample_stability', 'min_tag_coverage', 'min_share_of_label', 'min_theme_stability',
            'diversity_lambda', 'mix_smoothing', 'undersold_ratio',
            'retention_train_share'
        ] %}
        cast({{ var(name) }} as double) as {{ name }},
        {%- endfor %}
        cast({{ literal_text(var('diversity_kind')) if var('diversity_kind') else 'null' }} as string)
            as diversity_kind,
        '{{ var("window_days") | join(",") }}' as window_days,
        '{{ var("metric_cutoffs") | join(",") }}' as metric_cutoffs
    from default_split
    cross join built_splits
)

select * from final
