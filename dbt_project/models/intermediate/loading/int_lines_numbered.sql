{#- A line that the reader rejected is missing from its relation and shifts the rows after it by one. Rows between two
rejects are a run with one shift. A row finds its run by the block of 256 positions that it lies in, because a hash join
costs 2 s of CPU for 19 million lines, where a join by order sorts them all and costs 23 s. -#}
{%- set block_size = 256 -%}
{{ config(materialized='view') }}

with

lines as (
    select * from {{ ref('int_lines_dated') }}
),

reader_rejects as (
    select * from {{ ref('int_lines_undecoded') }}
),

files as (
    select
        file_id,
        min(position) as first_position,
        max(position) as last_position
    from lines
    group by file_id
),

ranked_rejects as (
    select
        file_id,
        line_number,
        row_number() over (partition by file_id order by line_number) as rejects_so_far
    from reader_rejects
),

run_starts as (
    select
        files.file_id,
        files.last_position,
        files.first_position + ranked_rejects.line_number - ranked_rejects.rejects_so_far as starts_at,
        1 - files.first_position + ranked_rejects.rejects_so_far as line_shift
    from files
    inner join ranked_rejects on files.file_id = ranked_rejects.file_id
    union all
    select
        file_id,
        last_position,
        first_position as starts_at,
        1 - first_position as line_shift
    from files
),

runs as (
    select
        starts_at,
        max(line_shift) as line_shift,
        coalesce(lead(starts_at) over (partition by file_id order by starts_at) - 1, last_position) as ends_at
    from run_starts
    group by
        file_id,
        last_position,
        starts_at
),

run_blocks as (
    select
        starts_at,
        ends_at,
        line_shift,
        {{ each_number(whole_part('starts_at', block_size), whole_part('ends_at', block_size)) }} as block
    from runs
),

final as (
    select
        lines.file_id,
        lines.position + run_blocks.line_shift as line_number,
        lines.user_id,
        lines.played_at,
        lines.is_plausible,
        lines.play_count,
        lines.spelling_key,
        lines.reason,
        lines.raw_line
    from lines
    inner join run_blocks
        on {{ whole_part('lines.position', block_size) }} = run_blocks.block
            and lines.position between run_blocks.starts_at and run_blocks.ends_at
    union all
    select
        file_id,
        line_number,
        null as user_id,
        null as played_at,
        null as is_plausible,
        null as play_count,
        null as spelling_key,
        reason,
        raw_line
    from reader_rejects
)

select * from final
