{%- set columns = {
    'ts': 'varchar', 'ms_played': 'varchar', 'master_metadata_track_name': 'varchar',
    'master_metadata_album_artist_name': 'varchar', 'reason_end': 'varchar', 'skipped': 'varchar',
} -%}
{{ config(materialized='ephemeral') }}

with

records as (
    {{ read_event_records('spotify_extended', columns) }}
),

typed as (
    select
        *,
        {{ milliseconds('ms_played') }} as played_ms,
        case when {{ is_time('ts') }} then try_cast(ts as timestamp) end as ended_at,
        coalesce(skipped in ('true', '1'), false)
        or (skipped is null and coalesce(reason_end in ('fwdbtn', 'backbtn', 'clickrow', 'endplay'), false))
            as was_skipped
    from records
),

final as (
    select
        file_id,
        {{ person("''") }} as user_id,
        {{ started_at('ended_at', 'played_ms') }} as played_at,
        cast(1 as bigint) as play_count,
        '' as artist_mbid,
        master_metadata_album_artist_name as artist_name,
        '' as track_mbid,
        master_metadata_track_name as track_name,
        case
            when ts is null and ms_played is null then 'not a record'
            when ended_at is null then 'unreadable time'
            when played_ms is null then 'unreadable playing time'
            when master_metadata_track_name is null and master_metadata_album_artist_name is null then 'not music'
            when
                master_metadata_album_artist_name is null or {{ is_blank('master_metadata_album_artist_name') }}
                then 'no artist name'
            when {{ is_too_short('null', 'played_ms / 1000') }}
                then case when was_skipped then 'skipped' else 'too short' end
        end as reason,
        {{ record_text(columns) }} as raw_line
    from typed
)

select * from final
