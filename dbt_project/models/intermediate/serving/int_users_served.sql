with

users as (
    select * from {{ ref('users') }}
),

final as (
    select user_id
    from users
    where play_count > 0 or {{ var('serve_users_without_plays') }}
)

select * from final
