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

canonical as (
    select
        {{ export_columns('lastexport_semicolons') }}
    from joined
),

final as (
    select * exclude (seconds_text, time_text)
    from canonical
)

select * from final
