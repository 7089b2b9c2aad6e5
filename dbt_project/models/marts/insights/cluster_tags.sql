with

tags as (
    select * from {{ ref('int_cluster_tags_ranked') }}
),

final as (
    select
        entity_type,
        cluster_id,
        tag,
        share,
        lift,
        place as rank
    from tags
)

select * from final
