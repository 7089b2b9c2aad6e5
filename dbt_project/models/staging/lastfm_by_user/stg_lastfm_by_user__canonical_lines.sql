{{ config(materialized='ephemeral') }}

with

split_lines as (
    {{ read_event_fields('lastfm_by_user') }}
),

canonical as (
    select
        {{ export_columns('lastfm_by_user') }}
    from split_lines
),

final as (
    select * exclude (seconds_text, time_text)
    from canonical
)

select * from final
