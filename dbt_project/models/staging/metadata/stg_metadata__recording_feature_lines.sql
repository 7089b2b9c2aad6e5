{{ config(materialized='ephemeral') }}
{%- set column_counts = by_file(recording_feature_headers(), 'length') %}

with

lines as (
    {{ read_lines(recording_feature_files()) }}
),

split_lines as (
    select
        file_id,
        line,
        {{ split_text('line', ',') }} as fields
    from lines
),

final as (
    select
        file_id,
        fields,
        lower({{ nth(1) }}) as recording_mbid,
        case
            when line is null then 'blank line'
            when recording_mbid = 'mbid' then 'header'
            when not {{ matches_whole('recording_mbid', '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}') }} then 'no MBID'
            when {{ count_of('fields') }} != {{ column_counts }} then 'not as many fields as the header'
        end as reason
    from split_lines
)

select * from final
