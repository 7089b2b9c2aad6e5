{{ config(materialized='view') }}

with

final as (
    {% for file in recognized_event_files() -%}
    {%- set format = var('formats')[file['format']] -%}
    select
        {{ loop.index }} as file_id,
        {{ literal_text(file['name']) }} as file_name,
        {{ literal_text(file['format']) }} as format,
        {{ format['has_times'] }} as has_times,
        {{ format['has_tracks'] }} as has_tracks,
        {{ format.get('is_personal', false) }} as is_personal,
        {{ format.get('seconds_apart', 1) }} as seconds_apart,
        {{ format.get('newest_first', true) }} as is_newest_first,
        {{ file['path'].startswith(demo_folder() ~ '/') }} as is_demo
    {{ 'union all' if not loop.last }}
    {% else -%}
    select
        0 as file_id,
        '' as file_name,
        '' as format,
        false as has_times,
        false as has_tracks,
        false as is_personal,
        1 as seconds_apart,
        true as is_newest_first,
        false as is_demo
    where false
    {% endfor %}
)

select * from final
