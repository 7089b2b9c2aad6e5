with

compared as (
    select * from {{ ref('int_cluster_features_compared') }}
),

final as (
    select
        entity_type,
        cluster_id,
        feature,
        median,
        effect_size,
        place as rank
    from compared
)

select * from final
