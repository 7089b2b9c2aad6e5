{%- set columns = {'time': 'varchar', 'track': 'json', 'duration': 'varchar'} -%}
{{ config(materialized='ephemeral') }}

with

records as (
    {{ read_event_records('maloja', columns, 'scrobbles') }}
),

typed as (
    select
        *,
        {{ artists_of_track('track') }} as artists,
        {{ json_text('track', '$.title') }} as title,
        try_cast({{ json_text('track', '$.length') }} as double) as length_seconds,
        try_cast(duration as double) as played_seconds
    from records
),

final as (
    select
        file_id,
        {{ person("''") }} as user_id,
        {{ time_of_seconds('time') }} as played_at,
        cast(1 as bigint) as play_count,
        '' as artist_mbid,
        {{ joined_artists('artists') }} as artist_name,
        '' as track_mbid,
        coalesce(title, '') as track_name,
        case
            when time is null and track is null then 'not a record'
            when played_at is null then 'unreadable time'
            when artist_name is null or {{ is_blank('artist_name') }} then 'no artist name'
            when {{ is_too_short('length_seconds', 'played_seconds') }} then 'too short'
        end as reason,
        {{ record_text(columns) }} as raw_line
    from typed
)

select * from final
