{{ config(materialized='ephemeral') }}

with

lines as (
    {{ read_event_lines('lastfm_1k') }}
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
        case when {{ is_time(nth(2)) }} then try_cast({{ nth(2) }} as timestamp) end as played_at,
        cast(1 as bigint) as play_count,
        {{ nth(3) }} as artist_mbid,
        {{ nth(4) }} as artist_name,
        {{ nth(5) }} as track_mbid,
        {{ nth(6) }} as track_name,
        case
            when line is null then 'blank line'
            when {{ count_of('fields') }} != 6 then 'not 6 fields'
            when {{ is_blank(nth(1)) }} then 'no user'
            when {{ is_date(nth(1)) }} then 'user is a date'
            when played_at is null
                then case when {{ is_heading(nth(2), 'time') }} then 'header' else 'unreadable time' end
            when {{ is_blank(nth(4)) }} then 'no artist name'
        end as reason,
        line as raw_line
    from split_lines
)

select * from final
