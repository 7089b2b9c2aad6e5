{%- set columns = {
    'listened_at': 'varchar', 'timestamp': 'varchar', 'user_name': 'varchar', 'track_metadata': 'json',
} -%}
{{ config(materialized='ephemeral') }}

with

records as (
    {{ read_event_records('listenbrainz', columns) }}
),

extracted as (
    select
        *,
        coalesce(listened_at, timestamp) as time_text,
        json_extract_string(track_metadata, [
            '$.artist_name', '$.track_name',
            '$.additional_info.artist_mbids[0]', '$.mbid_mapping.artist_mbids[0]',
            '$.additional_info.lastfm_artist_mbid',
            '$.additional_info.recording_mbid', '$.mbid_mapping.recording_mbid',
            '$.additional_info.lastfm_track_mbid', '$.additional_info.track_mbid',
            '$.additional_info.duration_ms', '$.additional_info.duration', '$.additional_info.duration_played',
            '$.additional_info.artist_mbids[1]', '$.mbid_mapping.artist_mbids[1]'
        ]) as given
    from records
),

typed as (
    select
        *,
        {{ time_of_seconds('time_text') }} as listened_time,
        coalesce(try_cast(given[10] as double) / 1000, try_cast(given[11] as double)) as length_seconds,
        try_cast(given[12] as double) as played_seconds
    from extracted
),

final as (
    select
        file_id,
        {{ person('user_name') }} as user_id,
        coalesce(listened_time, try_cast(replace(replace(time_text, 'T', ' '), 'Z', '') as timestamp)) as played_at,
        cast(1 as bigint) as play_count,
        case
            when given[13] is null and given[14] is null then coalesce(given[3], given[4], given[5], '')
            else ''
        end as artist_mbid,
        given[1] as artist_name,
        coalesce(given[6], given[7], given[8], given[9], '') as track_mbid,
        coalesce(given[2], '') as track_name,
        case
            when time_text is null and track_metadata is null then 'not a record'
            when time_text is null then 'now playing'
            when played_at is null then 'unreadable time'
            when given[1] is null or {{ is_blank('given[1]') }} then 'no artist name'
            when {{ is_too_short('length_seconds', 'played_seconds') }} then 'too short'
        end as reason,
        {{ record_text(columns) }} as raw_line
    from typed
)

select * from final
