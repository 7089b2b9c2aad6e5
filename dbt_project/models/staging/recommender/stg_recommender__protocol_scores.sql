with

protocol_scores as (
    select * from {{ source('recommender', 'protocol_scores') }}
),

fingerprints as (
    select * from {{ ref('training_fingerprints') }}
),

final as (
    select
        protocol_scores.item_type,
        {%- for switch in protocol_switches() %}
        protocol_scores.{{ switch }},
        {%- endfor %}
        protocol_scores.model_name,
        protocol_scores.metric,
        protocol_scores.k,
        protocol_scores.value,
        protocol_scores.n_users,
        protocol_scores.hyper_parameters,
        protocol_scores.fingerprint
    from protocol_scores
    inner join fingerprints
        on fingerprints.split_name = 'full'
            and protocol_scores.item_type = fingerprints.item_type
            and protocol_scores.fingerprint = fingerprints.fingerprint
)

select * from final
