{#- The published files have one line for each of 29 million submissions: a line is kept if it is bad, so that it is
counted, or if its recording is played here. Columns are found by their names in each file's header. -#}
{{ config(
    post_hook="{{ copy_reader_rejects(this, recording_feature_files(), ['stg_metadata__recording_feature_lines']) }}"
) }}
{%- set headers = recording_feature_headers() %}

with

lines as (
    select * from {{ ref('stg_metadata__recording_feature_lines') }}
),

played_recordings as (
    select distinct lower(track_mbid) as recording_mbid
    from {{ ref('int_spellings_read') }}
    where track_mbid is not null
),

final as (
    select
        lines.file_id,
        lines.recording_mbid,
        lines.reason,
        {{ finite_number(nth(by_file(headers, 'submission_offset'))) }} as submission_offset,
        {%- for feature in recording_features() if feature != 'is_major' %}
        {{ finite_number(nth(by_file(headers, feature))) }} as {{ feature }},
        {%- endfor %}
        cast(
            case {{ nth(by_file(headers, 'key_scale'), 'lines.fields') }}
                when 'major' then 1
                when 'minor' then 0
            end as double
        ) as is_major
    from lines
    left join played_recordings on lines.recording_mbid = played_recordings.recording_mbid
    where lines.reason is not null or played_recordings.recording_mbid is not null
)

select * from final
