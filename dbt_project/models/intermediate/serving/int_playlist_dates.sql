with

users as (
    select * from {{ ref('users') }}
),

last_play as (
    select max(last_played_at) as ends_at from users
),

final as (
    select
        ends_at,
        cast(date_trunc('week', coalesce({{ timestamp_var('playlist_week') }}, ends_at)) as date) as week_starts_on
    from last_play
)

select * from final
