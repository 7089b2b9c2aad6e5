{{ config(materialized='ephemeral') }}

with

lines as (
    {{ read_event_lines('lastfm_360k') }}
),

split_lines as (
    select
        file_id,
        line,
        string_split(line, chr(9)) as fields
    from lines
),

final as (
    select
        file_id,
        fields[1] as user_id,
        cast(null as timestamp) as played_at,
        {{ whole_number('fields[4]') }} as play_count,
        fields[2] as artist_mbid,
        fields[3] as artist_name,
        cast(null as varchar) as track_mbid,
        cast(null as varchar) as track_name,
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
        end as reason,
        line as raw_line
    from split_lines
)

select * from final
