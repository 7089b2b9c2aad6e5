{%- set columns = {
    'listened_at': 'varchar', 'timestamp': 'varchar', 'user_name': 'varchar', 'track_metadata': 'json',
} -%}
{%- set fields = {
    'artist': '$.artist_name',
    'title': '$.track_name',
    'first_artist_mbid': '$.additional_info.artist_mbids[0]',
    'first_mapped_artist_mbid': '$.mbid_mapping.artist_mbids[0]',
    'lastfm_artist_mbid': '$.additional_info.lastfm_artist_mbid',
    'second_artist_mbid': '$.additional_info.artist_mbids[1]',
    'second_mapped_artist_mbid': '$.mbid_mapping.artist_mbids[1]',
    'recording_mbid': '$.additional_info.recording_mbid',
    'mapped_recording_mbid': '$.mbid_mapping.recording_mbid',
    'lastfm_track_mbid': '$.additional_info.lastfm_track_mbid',
    'additional_track_mbid': '$.additional_info.track_mbid',
    'duration_ms': '$.additional_info.duration_ms',
    'duration': '$.additional_info.duration',
    'duration_played': '$.additional_info.duration_played',
} -%}
{{ config(materialized='ephemeral') }}

with

records as (
    {{ read_event_records('listenbrainz', columns) }}
),

-- all at once: the text is parsed for each question
extracted as (
    select
        *,
        coalesce(listened_at, timestamp) as time_text,
        {{ json_texts('track_metadata', fields.values()) }} as given
    from records
),

named as (
    select
        *,
        {%- for name in fields %}
        {{ nth(loop.index, 'given') }} as {{ name }},
        {%- endfor %}
        {{ time_of_seconds('time_text') }} as listened_time
    from extracted
),

final as (
    select
        file_id,
        {{ person('user_name') }} as user_id,
        coalesce(listened_time, try_cast(replace(replace(time_text, 'T', ' '), 'Z', '') as timestamp)) as played_at,
        cast(1 as bigint) as play_count,
        case
            when second_artist_mbid is null and second_mapped_artist_mbid is null
                then coalesce(first_artist_mbid, first_mapped_artist_mbid, lastfm_artist_mbid, '')
            else ''
        end as artist_mbid,
        artist as artist_name,
        coalesce(recording_mbid, mapped_recording_mbid, lastfm_track_mbid, additional_track_mbid, '') as track_mbid,
        coalesce(title, '') as track_name,
        case
            when time_text is null and track_metadata is null then 'not a record'
            when time_text is null then 'now playing'
            when played_at is null then 'unreadable time'
            when artist is null or {{ is_blank('artist') }} then 'no artist name'
            when {{ is_too_short(
                'coalesce(try_cast(duration_ms as double) / 1000, try_cast(duration as double))',
                'try_cast(duration_played as double)'
            ) }} then 'too short'
        end as reason,
        {{ record_text(columns) }} as raw_line
    from named
)

select * from final
