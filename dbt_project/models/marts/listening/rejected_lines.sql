with

lines as (
    select * from {{ ref('int_lines_numbered') }}
),

final as (
    select
        file_id,
        line_number,
        reason,
        raw_line
    from lines
    where {{ is_rejected('reason') }}
)

select * from final
