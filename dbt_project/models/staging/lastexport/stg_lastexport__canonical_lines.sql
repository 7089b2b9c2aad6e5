{{ config(materialized='ephemeral') }}

with

split_lines as (
    {{ read_event_fields('lastexport') }}
),

canonical as (
    select
        {{ export_columns('lastexport') }}
    from split_lines
),

final as (
    select * exclude (seconds_text, time_text)
    from canonical
)

select * from final
