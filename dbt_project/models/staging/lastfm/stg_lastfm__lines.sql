with

files as (
    select * from {{ ref('stg_lastfm__files') }}
),

reader_rejects as (
    select * from {{ ref('stg_lastfm__reader_rejects') }}
),

-- the tables keep file order, so rowid is the position within the load; render() keeps it there under --empty
lines as (
    select
        file_name,
        rowid as position,
        user_id,
        played_at,
        1 as play_count,
        spelling_key,
        reason,
        raw_line
    from {{ ref('stg_lastfm__plays').render() }}
    union all
    select
        file_name,
        rowid as position,
        user_id,
        cast(null as timestamp) as played_at,
        play_count,
        spelling_key,
        reason,
        raw_line
    from {{ ref('stg_lastfm__artist_plays').render() }}
),

file_starts as (
    select
        file_name,
        min(position) as first_position
    from lines
    group by file_name
),

numbered as (
    select
        files.file_id,
        lines.position - file_starts.first_position + 1 as row_in_file,
        lines.user_id,
        lines.played_at,
        lines.play_count,
        lines.spelling_key,
        lines.reason,
        lines.raw_line
    from lines
    inner join file_starts on lines.file_name = file_starts.file_name
    inner join files on lines.file_name = files.file_name
),

-- lines that the reader rejected are missing above: each shifts all later rows of its file by one
ranked_rejects as (
    select
        files.file_id,
        reader_rejects.line_number,
        row_number() over (partition by files.file_id order by reader_rejects.line_number) as rejects_so_far
    from reader_rejects
    inner join files on reader_rejects.file_name = files.file_name
),

shifts as (
    select
        file_id,
        line_number - rejects_so_far as rows_before,
        max(rejects_so_far) as lines_missing
    from ranked_rejects
    group by all
),

shifted_files as (
    select distinct file_id
    from shifts
),

shifted as (
    select
        numbered.*,
        numbered.row_in_file + coalesce(shifts.lines_missing, 0) as line_number
    from numbered
    asof left join shifts
        on numbered.file_id = shifts.file_id
            and numbered.row_in_file > shifts.rows_before
    where numbered.file_id in (select shifted_files.file_id from shifted_files)
    union all
    -- the usual case, kept apart because it needs no sort
    select
        numbered.*,
        numbered.row_in_file as line_number
    from numbered
    where numbered.file_id not in (select shifted_files.file_id from shifted_files)
),

final as (
    select
        file_id,
        line_number,
        user_id,
        played_at,
        play_count,
        spelling_key,
        reason,
        raw_line
    from shifted
    union all
    select
        files.file_id,
        reader_rejects.line_number,
        null as user_id,
        null as played_at,
        null as play_count,
        null as spelling_key,
        reader_rejects.reason,
        reader_rejects.raw_line
    from reader_rejects
    inner join files on reader_rejects.file_name = files.file_name
)

select * from final
