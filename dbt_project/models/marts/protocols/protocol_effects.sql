{%- set switches = protocol_switches() -%}
{%- set n_switches = switches | length -%}
{%- set n_others = n_switches - 1 -%}
with

scores as (
    select * from {{ ref('protocol_scores') }}
),

count_turned as (
    select
        *,
        {%- for switch, sides in switches.items() %}
        case when {{ switch }} = '{{ sides[1] }}' then 1 else 0 end{{ ' +' if not loop.last }}
        {%- endfor %} as n_turned
    from scores
),

-- an effect is a difference between two sides, so a score counts with a plus on one and with a minus on the other
sign_by_switch as (
    {%- for switch, sides in switches.items() %}
    select
        item_type,
        model_name,
        '{{ switch }}' as switch,
        metric,
        k,
        case when {{ switch }} = '{{ sides[1] }}' then value else -value end as signed_value,
        case when {{ switch }} = '{{ sides[1] }}' then n_turned - 1 else n_turned end as n_others_turned
    from count_turned
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- of all orders in which the switches can be turned, the share in which just these others come before (Shapley 1953)
weigh_by_orders as (
    select
        *,
        case n_others_turned
            {%- for place in range(n_switches) %}
            when {{ place }} then cast(1 as double) / {{ orders_per_set(n_switches, place) }}
            {%- endfor %}
        end as share_of_orders
    from sign_by_switch
),

-- adding 0 makes a 0 of what rounds to -0
final as (
    select
        item_type,
        model_name,
        switch,
        metric,
        k,
        {{ rounded('sum(case when n_others_turned = 0 then signed_value end)') }} + 0 as effect_first,
        {{ rounded('sum(case when n_others_turned = ' ~ n_others ~ ' then signed_value end)') }} + 0 as effect_last,
        {{ rounded('sum(share_of_orders * signed_value)') }} + 0 as effect_average
    from weigh_by_orders
    group by all
)

select * from final
