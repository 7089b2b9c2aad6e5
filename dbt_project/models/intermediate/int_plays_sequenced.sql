with

lines as (
    select * from {{ ref('stg_lastfm__lines') }}
),

-- within a user, files run from newest to oldest, so of two plays in one second the later line came first
ordered as (
    select
        file_id,
        line_number,
        user_id,
        played_at,
        spelling_key,
        lag(played_at) over user_plays as previous_played_at,
        lead(played_at) over user_plays as next_played_at
    from lines
    where reason is null
        and played_at between {{ plausible_times() }}
    window user_plays as (partition by user_id order by played_at asc, file_id asc, line_number desc)
),

-- duplicates share a user and a second, so only those few are compared
duplicates as (
    select
        file_id,
        line_number
    from (
        select
            file_id,
            line_number,
            row_number() over (
                partition by user_id, played_at, spelling_key order by file_id, line_number
            ) as occurrence
        from ordered
        where played_at in (previous_played_at, next_played_at)
    ) as same_second
    where occurrence > 1
),

final as (
    select
        ordered.file_id,
        ordered.line_number,
        ordered.user_id,
        ordered.played_at,
        ordered.spelling_key,
        duplicates.line_number is not null as is_duplicate,
        coalesce(
            {{ seconds_between('ordered.previous_played_at', 'ordered.played_at') }}
            > {{ var('session_gap_minutes') }} * 60,
            true
        ) as starts_session
    from ordered
    left join duplicates
        on ordered.file_id = duplicates.file_id
            and ordered.line_number = duplicates.line_number
)

select * from final
