with

files as (
    select * from {{ ref('int_files_recognized') }}
),

ranges as (
    select * from {{ ref('int_plausible_ranges') }}
),

all_lines as (
    select
        file_id,
        reason,
        is_plausible
    from {{ ref('int_lines_dated') }}
    union all
    select
        file_id,
        reason,
        true as is_plausible
    from {{ ref('int_lines_undecoded') }}
),

lines as (
    select
        file_id,
        count(*) as lines_read,
        sum(case when {{ is_rejected('reason') }} then 1 else 0 end) as lines_rejected,
        {%- for count, reason in uncounted_plays().items() %}
        sum(case when reason = '{{ reason }}' then 1 else 0 end) as {{ count }},
        {%- endfor %}
        coalesce(bool_or(reason = 'header of a local clock'), false) as has_local_clock,
        sum(case when reason is null and not is_plausible then 1 else 0 end) as bogus_timestamps
    from all_lines
    group by file_id
),

duplicates as (
    select file_id, count(*) as exact_duplicates_removed
    from (
        select file_id from {{ ref('int_plays_repeated') }}
        union all
        select file_id from {{ ref('int_artist_plays_deduplicated') }}
        where is_duplicate
    ) as removed
    group by file_id
),

merged as (
    select file_id, count(*) as merged_between_files from {{ ref('int_plays_merged') }}
    group by file_id
),

-- counted where they end up, not by subtraction, so that the sum can fail
kept as (
    select file_id, count(*) as plays_kept
    from (
        select file_id from {{ ref('plays') }}
        union all
        select file_id from {{ ref('int_artist_plays_deduplicated') }}
        where not is_duplicate
    ) as kept_lines
    group by file_id
),

final as (
    select
        files.file_id,
        files.file_name,
        files.format,
        files.is_demo,
        coalesce(lines.has_local_clock, false) as has_local_clock,
        ranges.plausible_from,
        ranges.plausible_to,
        ranges.plausible_by,
        cast(coalesce(lines.lines_read, 0) as bigint) as lines_read,
        cast(coalesce(lines.lines_rejected, 0) as bigint) as lines_rejected,
        {%- for count in uncounted_plays() %}
        cast(coalesce(lines.{{ count }}, 0) as bigint) as {{ count }},
        {%- endfor %}
        cast(coalesce(lines.bogus_timestamps, 0) as bigint) as bogus_timestamps,
        cast(coalesce(duplicates.exact_duplicates_removed, 0) as bigint) as exact_duplicates_removed,
        cast(coalesce(merged.merged_between_files, 0) as bigint) as merged_between_files,
        cast(coalesce(kept.plays_kept, 0) as bigint) as plays_kept
    from files
    left join ranges on files.file_id = ranges.file_id
    left join lines on files.file_id = lines.file_id
    left join duplicates on files.file_id = duplicates.file_id
    left join merged on files.file_id = merged.file_id
    left join kept on files.file_id = kept.file_id
)

select * from final
