with

files as (
    {% for file in event_files(source_name()) -%}
    select
        {{ loop.index }} as file_id,
        {{ literal_text(file_name(file)) }} as file_name,
        {{ file.startswith(demo_folder() ~ '/') }} as is_demo
    {{ 'union all' if not loop.last }}
    {% else -%}
    select
        0 as file_id,
        '' as file_name,
        false as is_demo
    where false
    {% endfor %}
)

select * from files
