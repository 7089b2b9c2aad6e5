with

plays as (
    select distinct user_id from {{ ref('int_plays_sequenced') }}
),

artist_plays as (
    select distinct user_id from {{ ref('stg_lastfm__lines') }}
    where reason is null and played_at is null
),

profiles as (
    select user_id from {{ ref('stg_lastfm__users') }}
),

everyone as (
    select user_id from plays
    union distinct
    select user_id from artist_plays
    union distinct
    select user_id from profiles
),

final as (
    select
        user_id,
        row_number() over (order by user_id) as user_number
    from everyone
)

select * from final
