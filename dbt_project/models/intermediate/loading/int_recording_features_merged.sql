with

lines as (
    select
        *,
        coalesce(submission_offset, 0) * 1000 + file_id as submission_order
    from {{ ref('int_recording_feature_lines_kept') }}
    where reason is null
),

-- people submit a recording more than once: the first submission that has the feature counts
final as (
    select
        {%- for feature in recording_features() %}
        min_by({{ feature }}, submission_order) filter (where {{ feature }} is not null) as {{ feature }},
        {%- endfor %}
        recording_mbid
    from lines
    group by recording_mbid
)

select * from final
