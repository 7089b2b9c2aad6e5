with

lines as (
    select * from {{ ref('int_lines_numbered') }}
    where reason is null
        and played_at is not null
        and is_plausible
),

files as (
    select * from {{ ref('int_files_recognized') }}
),

merged as (
    select * from {{ ref('int_plays_merged') }}
),

users as (
    select * from {{ ref('int_users_numbered') }}
),

-- where files run from newest to oldest, of two plays in one second the later line came first
ordered as (
    select
        lines.file_id,
        lines.line_number,
        users.user_number,
        lines.played_at,
        lines.spelling_key,
        row_number() over user_plays as play_number,
        lag(lines.played_at) over user_plays as previous_played_at,
        lead(lines.played_at) over user_plays as next_played_at
    from lines
    anti join merged
        on lines.file_id = merged.file_id
            and lines.line_number = merged.line_number
    inner join files on lines.file_id = files.file_id
    inner join users on lines.user_id = users.user_id
    window user_plays as (
        partition by users.user_number
        order by
            lines.played_at,
            lines.file_id,
            case when files.is_newest_first then -lines.line_number else lines.line_number end
    )
),

final as (
    select
        file_id,
        line_number,
        user_number,
        played_at,
        spelling_key,
        play_number,
        coalesce(played_at in (previous_played_at, next_played_at), false) as shares_second,
        coalesce(
            {{ seconds_between('previous_played_at', 'played_at') }} > {{ var('session_gap_minutes') }} * 60,
            true
        ) as starts_session
    from ordered
)

select * from final
