with

users as (
    select * from {{ ref('users') }}
),

final as (
    select
        user_id,
        coalesce(gender, 'unknown') as gender_level,
        case
            when country is null then 'unknown'
            when count(*) over (partition by country) < {{ var('min_segment_users') }} then 'other'
            else country
        end as country_level
    from users
)

select * from final
