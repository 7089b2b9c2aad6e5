with

coefficients as (
    select * from {{ ref('stg_recommender__retention_coefficients') }}
),

final as (
    select
        feature,
        transform,
        {%- for figure in ['coefficient', 'ci_low', 'ci_high'] %}
        {{ rounded(figure) }} as {{ figure }},
        {%- endfor %}
        {{ rounded('exp(coefficient)') }} as odds_ratio,
        ci_low > 0 or ci_high < 0 as is_clear
    from coefficients
)

select * from final
