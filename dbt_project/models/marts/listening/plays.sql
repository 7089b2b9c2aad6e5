with

sequenced as (
    select * from {{ ref('int_plays_sequenced') }}
),

spellings as (
    select * from {{ ref('int_spellings_identified') }}
),

users as (
    select * from {{ ref('int_users_numbered') }}
),

sessions_counted as (
    select
        *,
        sum(case when starts_session then 1 else 0 end) over (
            partition by user_id order by played_at asc, file_id asc, line_number desc
            rows between unbounded preceding and current row
        ) as session_number
    from sequenced
),

final as (
    select
        sessions_counted.file_id * 10000000000 + sessions_counted.line_number as play_id,
        sessions_counted.user_id,
        spellings.track_id,
        spellings.artist_id,
        sessions_counted.played_at,
        cast(users.user_number * 1000000 + sessions_counted.session_number as bigint) as session_id,
        sessions_counted.file_id,
        sessions_counted.line_number
    from sessions_counted
    inner join spellings on sessions_counted.spelling_key = spellings.spelling_key
    inner join users on sessions_counted.user_id = users.user_id
    where not sessions_counted.is_duplicate
)

select * from final
