{{ config(materialized='table', post_hook="{{ copy_reader_rejects(this, event_files('360k')) }}") }}

with

lines as (
    {{ read_lines(event_files('360k')) }}
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
        {{ whole_number('fields[4]') }} as play_count,
        hash(fields[2], fields[3], '', '') as spelling_key,
        case
            when line is null then 'blank line'
            when len(fields) != 4 then 'not 4 fields'
            when {{ is_blank('fields[1]') }} then 'no user'
            when {{ is_date('fields[1]') }} then 'user is a date'
            -- columns without names are numbered by some programs
            when line = concat_ws(chr(9), '0', '1', '2', '3') then 'header'
            when play_count is null
                then
                    case
                        when {{ is_heading('fields[4]', 'plays') }} then 'header'
                        when regexp_full_match(fields[4], '[0-9]*[.][0-9]+') then 'play count is a fraction'
                        when regexp_full_match(fields[4], '[0-9]+') then 'play count is too large'
                        else 'play count is not a positive number'
                    end
            when play_count = 0 then 'play count is not a positive number'
            when {{ is_blank('fields[3]') }} then 'no artist name'
        end as reason
    from split_lines
),

final as (
    select
        file_id,
        user_id,
        play_count,
        spelling_key,
        reason,
        case when reason is not null then coalesce(line, '') end as raw_line
    from typed
)

select * from final
