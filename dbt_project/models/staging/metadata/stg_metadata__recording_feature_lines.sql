{#- The published files have one line for each of 29 million submissions: a line is kept if it is bad, so that it is
counted, or if its recording is played here. Columns are found by their names in each file's header. -#}
{{ config(materialized='table', post_hook="{{ copy_reader_rejects(this, recording_feature_files()) }}") }}
{%- set headers = [] -%}
{%- for file in recording_feature_files() -%}{%- do headers.append(csv_header(file)) -%}{%- endfor %}

with

lines as (
    {{ read_lines(recording_feature_files()) }}
),

played_recordings as (
    select distinct lower(track_mbid) as recording_mbid
    from {{ ref('stg_lastfm__spellings') }}
    where track_mbid is not null
),

split_lines as (
    select
        file_id,
        line,
        string_split(line, ',') as fields
    from lines
),

judged as (
    select
        file_id,
        fields,
        lower(fields[1]) as recording_mbid,
        case
            when line is null then 'blank line'
            when recording_mbid = 'mbid' then 'header'
            when not regexp_full_match(recording_mbid, '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}') then 'no MBID'
            when len(fields) != {{ by_file(headers, 'length') }} then 'not as many fields as the header'
        end as reason
    from split_lines
),

final as (
    select
        judged.file_id,
        judged.recording_mbid,
        judged.reason,
        {{ numeric_field(by_file(headers, 'submission_offset')) }} as submission_offset,
        {%- for feature in recording_features() if feature != 'is_major' %}
        {{ numeric_field(by_file(headers, feature)) }} as {{ feature }},
        {%- endfor %}
        cast(
            case judged.fields[{{ by_file(headers, 'key_scale') }}]
                when 'major' then 1
                when 'minor' then 0
            end as double
        ) as is_major
    from judged
    left join played_recordings on judged.recording_mbid = played_recordings.recording_mbid
    where judged.reason is not null or played_recordings.recording_mbid is not null
)

select * from final
