{{ config(materialized='ephemeral') }}

with

lines as (
    {{ read_event_lines('lastfm_360k') }}
),

split_lines as (
    select
        file_id,
        line,
        {{ split_text('line', '\t') }} as fields
    from lines
),

final as (
    select
        file_id,
        {{ nth(1) }} as user_id,
        cast(null as timestamp) as played_at,
        {{ whole_number(nth(4)) }} as play_count,
        {{ nth(2) }} as artist_mbid,
        {{ nth(3) }} as artist_name,
        cast(null as string) as track_mbid,
        cast(null as string) as track_name,
        case
            when line is null then 'blank line'
            when {{ count_of('fields') }} != 4 then 'not 4 fields'
            when {{ is_blank(nth(1)) }} then 'no user'
            when {{ is_date(nth(1)) }} then 'user is a date'
            -- columns without names are numbered by some programs
            when line = concat_ws(chr(9), '0', '1', '2', '3') then 'header'
            when play_count is null
                then
                    case
                        when {{ is_heading(nth(4), 'plays') }} then 'header'
                        when {{ matches_whole(nth(4), '[0-9]*[.][0-9]+') }} then 'play count is a fraction'
                        when {{ matches_whole(nth(4), '[0-9]+') }} then 'play count is too large'
                        else 'play count is not a positive number'
                    end
            when play_count = 0 then 'play count is not a positive number'
            when {{ is_blank(nth(3)) }} then 'no artist name'
        end as reason,
        line as raw_line
    from split_lines
)

select * from final
