with

users as (
    select * from {{ ref('int_user_features_measured') }}
),

items as (
    select * from {{ ref('int_item_features_measured') }}
),

measure_spread as (
    {%- for feature, transform in user_features().items() %}
    select
        'user' as entity_type,
        {{ spread_of(feature, transform) }}
    from users
    union all
    {%- endfor %}
    {%- for feature, transform in item_features().items() %}
    select
        item_type as entity_type,
        {{ spread_of(feature, transform) }}
    from items
    group by item_type
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        entity_type,
        feature,
        transform,
        value_count,
        {{ rounded('center') }} as center,
        {{ rounded(
            'case when iqr > 0 then iqr when standard_deviation > 0 then standard_deviation else 1 end'
        ) }} as scale,
        case when iqr > 0 then 'iqr' when standard_deviation > 0 then 'standard_deviation' else 'one' end as scale_kind
    from measure_spread
)

select * from final
