with

runs as (
    select * from {{ source('recommender', 'runs') }}
),

fingerprints as (
    select * from {{ ref('training_fingerprints') }}
),

final as (
    select
        runs.split_name,
        runs.item_type,
        runs.model_name,
        runs.is_baseline,
        runs.status,
        runs.reason,
        runs.hyper_parameters,
        runs.search_key,
        runs.trials_planned,
        runs.trials_run,
        runs.tuning_users,
        runs.fingerprint,
        runs.fit_seconds,
        runs.recommend_seconds,
        runs.peak_memory_mb,
        runs.n_users,
        runs.n_items,
        runs.n_interactions,
        runs.finished_at,
        runs.package_version
    from runs
    inner join fingerprints
        on runs.split_name = fingerprints.split_name
            and runs.item_type = fingerprints.item_type
            and runs.fingerprint = fingerprints.fingerprint
)

select * from final
