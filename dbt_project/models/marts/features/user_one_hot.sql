{#- A view: the users of the 360K format times their levels would be tens of millions of rows, nearly all of them 0. -#}
{{ config(materialized='view') }}

with

user_levels as (
    select * from {{ ref('int_user_levels_pooled') }}
),

list_levels as (
    {%- for attribute in ['gender', 'country'] %}
    select distinct
        '{{ attribute }}' as attribute,
        {{ attribute }}_level as level
    from user_levels
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        user_levels.user_id,
        list_levels.attribute,
        list_levels.level,
        case
            when list_levels.attribute = 'gender' and list_levels.level = user_levels.gender_level then 1
            when list_levels.attribute = 'country' and list_levels.level = user_levels.country_level then 1
            else 0
        end as is_level
    from user_levels
    cross join list_levels
)

select * from final
