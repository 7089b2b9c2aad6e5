{{ config(materialized='view') }}

with

ranges as (
    select * from {{ ref('int_plausible_ranges') }}
),

-- the table keeps file order; render() keeps its positions there under --empty
final as (
    select
        lines.file_id,
        lines.position,
        lines.user_id,
        lines.played_at,
        case
            when ranges.file_id is null then true
            else lines.played_at between ranges.plausible_from and ranges.plausible_to
        end as is_plausible,
        lines.play_count,
        lines.spelling_key,
        lines.reason,
        lines.raw_line
    from {{ lines_in_order(ref('int_lines_read').render()) }} as lines
    left join ranges on lines.file_id = ranges.file_id
)

select * from final
