with

members as (
    select * from {{ ref('int_cluster_members_chosen') }}
),

user_features as (
    select * from {{ ref('user_features') }}
),

item_features as (
    select * from {{ ref('item_features') }}
),

list_values as (
    {%- for feature in user_features() %}
    select
        members.entity_type,
        members.cluster_id,
        '{{ feature }}' as feature,
        user_features.{{ feature }} as raw,
        user_features.{{ feature }}_scaled as scaled
    from members
    inner join user_features on members.user_id = user_features.user_id
    where user_features.{{ feature }} is not null
    union all
    {%- endfor %}
    {%- for feature in item_features() %}
    select
        members.entity_type,
        members.cluster_id,
        '{{ feature }}' as feature,
        item_features.{{ feature }} as raw,
        item_features.{{ feature }}_scaled as scaled
    from members
    inner join item_features
        on {{ same_keys('members', 'item_features', ['item_type', 'item_id']) }}
    where item_features.{{ feature }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

sum_clusters as (
    select
        entity_type,
        cluster_id,
        feature,
        count(*) as n,
        median(raw) as median_raw,
        sum(scaled) as total,
        sum(scaled * scaled) as squares
    from list_values
    group by all
),

sum_rest as (
    select
        *,
        sum(n) over (partition by entity_type, feature) - n as rest_n,
        sum(total) over (partition by entity_type, feature) - total as rest_total,
        sum(squares) over (partition by entity_type, feature) - squares as rest_squares
    from sum_clusters
),

compare as (
    select
        *,
        total / n - rest_total / rest_n as difference,
        sqrt(greatest(
            (squares - total * total / n + rest_squares - rest_total * rest_total / rest_n) / (n + rest_n - 2), 0
        )) as spread
    from sum_rest
    where rest_n > 0 and n + rest_n > 2
),

measure as (
    select
        *,
        {{ rounded('difference / case when spread > 0.000000001 then spread end') }} as effect_size
    from compare
),

final as (
    select
        entity_type,
        cluster_id,
        feature,
        median_raw as median,
        effect_size,
        cast(row_number() over (
            partition by entity_type, cluster_id
            order by abs(effect_size) desc nulls last, feature asc
        ) as integer) as place
    from measure
)

select * from final
