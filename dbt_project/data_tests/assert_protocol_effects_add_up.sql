-- the effects of all switches lead from the plain protocol to this project's, whatever the order they are averaged over
{%- set switches = protocol_switches() %}
with

scores as (
    select * from {{ ref('protocol_scores') }}
),

effects as (
    select * from {{ ref('protocol_effects') }}
),

total_effects as (
    select
        item_type,
        model_name,
        metric,
        k,
        sum(effect_average) as total_effect
    from effects
    group by
        item_type,
        model_name,
        metric,
        k
),

ends as (
    select
        item_type,
        model_name,
        metric,
        k,
        count(*) as n_combinations,
        sum(
            case
                when true
                    {%- for switch, sides in switches.items() %}
                    and {{ switch }} = '{{ sides[0] }}'
                    {%- endfor %}
                    then value
            end
        ) as plain_score,
        sum(
            case
                when true
                    {%- for switch, sides in switches.items() %}
                    and {{ switch }} = '{{ sides[1] }}'
                    {%- endfor %}
                    then value
            end
        ) as project_score
    from scores
    group by
        item_type,
        model_name,
        metric,
        k
),

final as (
    select
        ends.item_type,
        ends.model_name,
        ends.metric,
        ends.plain_score,
        ends.project_score,
        total_effects.total_effect
    from ends
    left join total_effects
        on ends.item_type = total_effects.item_type
            and ends.model_name = total_effects.model_name
            and ends.metric = total_effects.metric
            and ends.k = total_effects.k
    where ends.n_combinations <> {{ 2 ** (switches | length) }}
        or coalesce(abs(ends.project_score - ends.plain_score - total_effects.total_effect), 1) > 1e-9
)

select * from final
