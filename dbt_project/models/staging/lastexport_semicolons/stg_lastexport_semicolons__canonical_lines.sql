{{ config(materialized='ephemeral') }}

with

split_lines as (
    {{ read_event_fields('lastexport_semicolons') }}
),

-- a semicolon in a title is not escaped, and the other four fields hold none
joined as (
    select
        file_id,
        line,
        case
            when len(fields) > 5 then list_concat([array_to_string(fields[:-5], ';')], fields[-4:])
            else fields
        end as fields
    from split_lines
),

final as (
    {{ canonical_export('lastexport_semicolons', 'joined') }}
)

select * from final
