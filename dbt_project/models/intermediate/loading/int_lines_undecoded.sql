-- depends_on: {{ ref('int_lines_read') }}
{{ config(materialized='view') }}

with

rejects as (
    select * from {{ source('reader', 'int_lines_read_rejects') }}
),

final as (
    select
        file_id,
        line_number,
        reason,
        raw_line
    from rejects
)

select * from final
