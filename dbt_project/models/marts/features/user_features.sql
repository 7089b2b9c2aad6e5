with

measured as (
    select * from {{ ref('int_user_features_measured') }}
),

parameters as (
    {{ scaling_parameters(user_features()) }}
),

levels as (
    select * from {{ ref('int_user_levels_pooled') }}
),

final as (
    select
        measured.user_id,
        {{- raw_and_scaled(user_features()) }},
        case when measured.age is null then 1 else 0 end as age_missing,
        levels.gender_level,
        levels.country_level
    from measured
    inner join levels on measured.user_id = levels.user_id
    inner join parameters on parameters.entity_type = 'user'
)

select * from final
