with

lines as (
    select
        *,
        coalesce(submission_offset, 0) * 1000 + file_id as submission_order
    from {{ ref('stg_metadata__recording_feature_lines') }}
    where reason is null
),

-- people submit a recording more than once: the first submission that has the feature counts
final as (
    select
        recording_mbid,
        {%- for feature in recording_features() %}
        arg_min({{ feature }}, submission_order) filter (where {{ feature }} is not null) as {{ feature }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from lines
    group by recording_mbid
)

select * from final
