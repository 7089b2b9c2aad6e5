{{ config(materialized='ephemeral') }}

with

lines as (
    {{ read_event_fields('scrobbler_log') }}
),

typed as (
    select
        file_id,
        line,
        fields,
        try_cast(nullif({{ trimmed(nth(5)) }}, '') as bigint) as length_seconds,
        {{ trimmed(nth(6)) }} as rating,
        {{ time_of_seconds(trimmed(nth(7))) }} as played_at
    from lines
),

final as (
    select
        file_id,
        {{ person("''") }} as user_id,
        played_at,
        cast(1 as bigint) as play_count,
        '' as artist_mbid,
        {{ trimmed(nth(1)) }} as artist_name,
        coalesce({{ trimmed(nth(8)) }}, '') as track_mbid,
        {{ trimmed(nth(3)) }} as track_name,
        case
            when line is null then 'blank line'
            when line like '#TZ/UNKNOWN%' then 'header of a local clock'
            when line like '#%' and coalesce(rating, '') not in ('L', 'S') then 'header'
            when {{ count_of('fields') }} not in (7, 8) then 'not 8 fields'
            when rating not in ('L', 'S') then 'neither L nor S'
            when played_at is null or played_at < timestamp '1971-01-01' then 'unreadable time'
            when {{ is_blank('artist_name') }} then 'no artist name'
            when rating = 'S' then 'skipped'
            when {{ is_too_short('length_seconds', 'null') }} then 'too short'
        end as reason,
        line as raw_line
    from typed
)

select * from final
