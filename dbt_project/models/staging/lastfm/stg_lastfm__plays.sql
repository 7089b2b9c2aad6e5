{{ config(materialized='table', post_hook="{{ copy_reader_rejects(this, event_files('1k')) }}") }}

with

lines as (
    {{ read_lines(event_files('1k')) }}
),

split_lines as (
    select
        file_id,
        line,
        string_split(line, chr(9)) as fields
    from lines
),

typed as (
    select
        file_id,
        line,
        fields[1] as user_id,
        case when {{ is_time('fields[2]') }} then try_cast(fields[2] as timestamp) end as played_at,
        hash(fields[3], fields[4], fields[5], fields[6]) as spelling_key,
        case
            when line is null then 'blank line'
            when len(fields) != 6 then 'not 6 fields'
            when {{ is_blank('fields[1]') }} then 'no user'
            when {{ is_date('fields[1]') }} then 'user is a date'
            when played_at is null
                then case when {{ is_heading('fields[2]', 'time') }} then 'header' else 'unreadable time' end
            when {{ is_blank('fields[4]') }} then 'no artist name'
        end as reason
    from split_lines
),

final as (
    select
        file_id,
        user_id,
        played_at,
        spelling_key,
        reason,
        case when reason is not null then coalesce(line, '') end as raw_line
    from typed
)

select * from final
