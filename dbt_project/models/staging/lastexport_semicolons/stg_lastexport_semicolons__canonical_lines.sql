{{ config(materialized='ephemeral') }}

with

lines as (
    {{ read_event_lines('lastexport_semicolons') }}
),

-- a semicolon in a title is not escaped, and the other four fields hold none
marked as (
    select
        file_id,
        line,
        {{ matches_replaced('line', ';([^;]*);([^;]*);([^;]*);([^;]*)$', '\x1f$1\x1f$2\x1f$3\x1f$4') }} as marked_line
    from lines
),

split_lines as (
    select
        file_id,
        line,
        {{ split_text('marked_line', '\x1f') }} as fields
    from marked
),

final as (
    {{ canonical_export('lastexport_semicolons', 'split_lines') }}
)

select * from final
