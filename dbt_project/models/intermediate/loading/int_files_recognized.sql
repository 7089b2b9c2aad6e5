{{ config(materialized='view') }}

with

final as (
    {% for file in recognized_event_files() -%}
    {%- set format = var('formats')[file['format']] -%}
    select
        {{ loop.index }} as file_id,
        {{ literal_text(file_name(file['path'])) }} as file_name,
        {{ literal_text(file['format']) }} as format,
        {{ format['has_times'] }} as has_times,
        {{ format['has_tracks'] }} as has_tracks,
        {{ file['path'].startswith(demo_folder() ~ '/') }} as is_demo
    {{ 'union all' if not loop.last }}
    {% else -%}
    select
        0 as file_id,
        '' as file_name,
        '' as format,
        false as has_times,
        false as has_tracks,
        false as is_demo
    where false
    {% endfor %}
)

select * from final
