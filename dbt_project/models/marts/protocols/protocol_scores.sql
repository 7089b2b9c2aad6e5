with

scores as (
    select * from {{ ref('stg_recommender__protocol_scores') }}
),

final as (
    select
        item_type,
        {%- for switch in protocol_switches() %}
        {{ switch }},
        {%- endfor %}
        model_name,
        metric,
        k,
        value,
        n_users,
        hyper_parameters
    from scores
)

select * from final
