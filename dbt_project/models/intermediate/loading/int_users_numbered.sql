with

lines as (
    select * from {{ ref('int_lines_dated') }}
),

profiles as (
    select * from {{ ref('int_profiles_respelt') }}
),

everyone as (
    select user_id from lines
    where reason is null
        and is_plausible
    union distinct
    select user_id from profiles
),

final as (
    select
        user_id,
        cast(row_number() over (order by user_id) as integer) as user_number
    from everyone
)

select * from final
