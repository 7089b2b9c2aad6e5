{%- set columns = {
    'endTime': 'varchar', 'artistName': 'varchar', 'trackName': 'varchar', 'msPlayed': 'varchar', 'podcastName': 'varchar',
} -%}
{{ config(materialized='ephemeral') }}

with

records as (
    {{ read_event_records('spotify', columns) }}
),

typed as (
    select
        *,
        {{ milliseconds('msplayed') }} as played_ms,
        {{ time_in('endtime', ['%Y-%m-%d %H:%M', '%Y-%m-%d %H:%M:%S']) }} as ended_at
    from records
),

final as (
    select
        file_id,
        {{ person("''") }} as user_id,
        {{ started_at('ended_at', 'played_ms') }} as played_at,
        cast(1 as bigint) as play_count,
        '' as artist_mbid,
        artistname as artist_name,
        '' as track_mbid,
        trackname as track_name,
        case
            when podcastname is not null then 'not music'
            when endtime is null and artistname is null and msplayed is null then 'not a record'
            when ended_at is null then 'unreadable time'
            when played_ms is null then 'unreadable playing time'
            when artistname is null or artistname = 'Unknown Artist' or {{ is_blank('artistname') }}
                then 'no artist name'
            when {{ is_too_short('null', 'played_ms / 1000') }} then 'too short'
        end as reason,
        {{ record_text(columns) }} as raw_line
    from typed
)

select * from final
