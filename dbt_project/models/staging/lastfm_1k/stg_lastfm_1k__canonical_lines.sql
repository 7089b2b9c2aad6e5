{{ config(materialized='ephemeral') }}

with

lines as (
    {{ read_event_lines('lastfm_1k') }}
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
        case when {{ is_time('fields[2]') }} then try_cast(fields[2] as timestamp) end as played_at,
        cast(1 as bigint) as play_count,
        fields[3] as artist_mbid,
        fields[4] as artist_name,
        fields[5] as track_mbid,
        fields[6] as track_name,
        case
            when line is null then 'blank line'
            when len(fields) != 6 then 'not 6 fields'
            when {{ is_blank('fields[1]') }} then 'no user'
            when {{ is_date('fields[1]') }} then 'user is a date'
            when played_at is null
                then case when {{ is_heading('fields[2]', 'time') }} then 'header' else 'unreadable time' end
            when {{ is_blank('fields[4]') }} then 'no artist name'
        end as reason,
        line as raw_line
    from split_lines
)

select * from final
