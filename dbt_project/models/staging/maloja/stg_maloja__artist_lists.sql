{%- set columns = {'track': 'json'} -%}
{{ config(materialized='ephemeral') }}

with

records as (
    {{ read_event_records('maloja', columns, 'scrobbles') }}
),

lists as (
    select distinct {{ artists_of_track('track') }} as artists
    from records
),

final as (
    select
        {{ joined_artists('artists') }} as artist_name,
        unnest(range(1, len(artists) + 1)) as position,
        unnest(artists) as credited_name
    from lists
    where len(artists) > 1
)

select * from final
