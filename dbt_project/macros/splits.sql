{# Which rows of the seed `splits` this build uses: the load's default split, 'full', and those named in SPLITS. #}
{% macro requested_splits() -%}
    {{ return(env_var('SPLITS', '').replace(',', ' ').split()) }}
{%- endmacro %}

{% macro is_built_split() -%}
    (
        is_default
        or default_for = 'any'
        {%- for name in requested_splits() %}
        or split_name = {{ literal_text(name) }}
        {%- endfor %}
    )
{%- endmacro %}

{# True where the tasks of a split (see the seed) name this one. #}
{% macro has_task(tasks, task) -%}
    concat(',', {{ tasks }}, ',') like concat('%,', {{ task }}, ',%')
{%- endmacro %}
