{#
Creates the tables that models_py writes, empty where they are missing, so that results are legal before the first fit.
The source's YAML is the one home of their columns and types; a column added there is added here. Where a column has
another type, all tables are made anew: they are of another version, belong together, and can be computed again.
#}
{% macro create_recommender_tables() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
    {%- set tables = graph.sources.values() | selectattr('source_name', 'equalto', 'recommender') | list -%}
    {%- set other_version = recommender_types_differ(tables) -%}
    create schema if not exists recommender;
    {%- for node in tables %}
    {%- if other_version %}
    drop table if exists recommender.{{ node.name }};
    {%- endif %}
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

{% macro recommender_types_differ(tables) -%}
    {%- set query -%}
        select count(*)
        from information_schema.columns
        where table_catalog = current_database() and table_schema = 'recommender' and (
            false
            {%- for node in tables %}
            {%- for column in node.columns.values() %}
            or (
                table_name = '{{ node.name }}' and column_name = '{{ column.name }}'
                and data_type <> typeof(cast(null as {{ column.data_type }}))
            )
            {%- endfor %}
            {%- endfor %}
        )
    {%- endset -%}
    {{ return(run_query(query).columns[0].values()[0] > 0) }}
{%- endmacro %}
