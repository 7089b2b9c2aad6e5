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

places as (
    select
        artists,
        {{ each_number(1, count_of('artists')) }} as position
    from lists
    where {{ count_of('artists') }} > 1
),

final as (
    select
        {{ joined_artists('artists') }} as artist_name,
        position,
        {{ nth('position', 'artists') }} as credited_name
    from places
)

select * from final
