{{ config(materialized='table') }}

with

profile_lines as (
    select * from {{ ref('stg_lastfm__profile_lines') }}
),

final as (
    select
        user_id,
        gender,
        case when age between {{ var('min_age') }} and {{ var('max_age') }} then age end as age,
        country,
        registered_on
    from profile_lines
    where reason is null
    -- one profile a user: the first
    qualify row_number() over (partition by user_id order by line_order) = 1
)

select * from final
