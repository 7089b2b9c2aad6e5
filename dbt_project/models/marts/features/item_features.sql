with

measured as (
    select * from {{ ref('int_item_features_measured') }}
),

parameters as (
    {{ scaling_parameters(item_features()) }}
),

final as (
    select
        measured.item_type,
        measured.item_id,
        {{- raw_and_scaled(item_features()) }}
    from measured
    inner join parameters on measured.item_type = parameters.entity_type
)

select * from final
