{#
Creates the tables that models_py writes, empty where they are missing, so that results are legal before the first fit.
The source's YAML is the one home of their columns and types; a column added there is added here.
#}
{% macro create_recommender_tables() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
    create schema if not exists recommender;
    {%- for node in graph.sources.values() if node.source_name == 'recommender' %}
    create table if not exists recommender.{{ node.name }} (
        {%- for column in node.columns.values() %}
        {{ column.name }} {{ column.data_type }}{{ ',' if not loop.last }}
        {%- endfor %}
    );
        {%- for column in node.columns.values() %}
    alter table recommender.{{ node.name }} add column if not exists {{ column.name }} {{ column.data_type }};
        {%- endfor %}
    {%- endfor %}
    {%- endif -%}
{%- endmacro %}
