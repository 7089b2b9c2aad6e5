{{ config(materialized='ephemeral') }}

with

split_lines as (
    {{ read_event_fields('lastfm_csv_short') }}
),

canonical as (
    select
        {{ export_columns('lastfm_csv_short') }}
    from split_lines
),

final as (
    select * exclude (seconds_text, time_text)
    from canonical
)

select * from final
