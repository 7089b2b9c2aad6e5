with

files as (
    select * from {{ ref('int_files_recognized') }}
),

people as (
    select distinct lines.user_id
    from {{ ref('int_lines_read') }} as lines
    inner join files
        on lines.file_id = files.file_id
            and files.is_personal
    where lines.reason is null
),

lines as (
    select
        lines.file_id,
        lines.line_number,
        lines.user_id,
        lines.played_at,
        lines.spelling_key
    from {{ ref('int_lines_numbered') }} as lines
    semi join people on lines.user_id = people.user_id
    where lines.reason is null
        and lines.played_at is not null
        and lines.is_plausible
),

copies as (
    {{ copies_numbered('lines', 'user_id') }}
),

-- a line that repeats another in every field is the same play, in one file or in two
plays as (
    select distinct
        copies.file_id,
        copies.user_id,
        spellings.track_id,
        copies.played_at,
        copies.spelling_key,
        copies.copy_number
    from copies
    inner join {{ ref('int_spellings_identified') }} as spellings on copies.spelling_key = spellings.spelling_key
),

compared as (
    select
        *,
        lag(played_at) over (partition by user_id, track_id order by played_at, file_id, spelling_key, copy_number)
            as previous_played_at
    from plays
),

grouped as (
    select
        *,
        sum(
            case
                when {{ seconds_between('previous_played_at', 'played_at') }} <= {{ var('merge_seconds') }} then 0
                else 1
            end
        ) over (
            partition by user_id, track_id
            order by played_at, file_id, spelling_key, copy_number
            rows between unbounded preceding and current row
        ) as group_number
    from compared
),

-- of the files that tell of a group, the one with the most plays, then the one with the finest times
ranked_files as (
    select
        grouped.user_id,
        grouped.track_id,
        grouped.group_number,
        grouped.file_id,
        row_number() over (
            partition by grouped.user_id, grouped.track_id, grouped.group_number
            order by count(*) desc, min(files.seconds_apart), grouped.file_id
        ) as file_rank
    from grouped
    inner join files on grouped.file_id = files.file_id
    group by
        grouped.user_id,
        grouped.track_id,
        grouped.group_number,
        grouped.file_id
),

told_by_others as (
    select
        grouped.user_id,
        grouped.played_at,
        grouped.spelling_key,
        grouped.copy_number
    from grouped
    inner join ranked_files
        on grouped.user_id = ranked_files.user_id
            and grouped.track_id = ranked_files.track_id
            and grouped.group_number = ranked_files.group_number
            and grouped.file_id = ranked_files.file_id
    group by
        grouped.user_id,
        grouped.played_at,
        grouped.spelling_key,
        grouped.copy_number
    having min(ranked_files.file_rank) > 1
),

final as (
    select
        copies.file_id,
        copies.line_number
    from copies
    semi join told_by_others
        on copies.user_id = told_by_others.user_id
            and copies.played_at = told_by_others.played_at
            and copies.spelling_key = told_by_others.spelling_key
            and copies.copy_number = told_by_others.copy_number
)

select * from final
