with

runs as (
    select * from {{ ref('stg_recommender__runs') }}
),

final as (
    select
        split_name,
        item_type,
        task,
        model_name,
        is_baseline,
        engine,
        status,
        reason,
        hyper_parameters,
        members,
        edges,
        trials_planned,
        trials_run,
        tuning_users,
        fingerprint,
        fit_seconds,
        recommend_seconds,
        peak_memory_mb,
        n_users,
        n_items,
        n_interactions,
        finished_at,
        package_version
    from runs
)

select * from final
