{#
Writes the descriptions of tables, views and columns into the file, as comments, where they are missing or outdated: a
table that is built anew has lost its own. `persist_docs` does the same node by node, and does not reach the sources; its
questions about columns take 5 s of CPU in a small build, this one script half a second.
#}
{% macro write_comments() -%}
    {{ return(adapter.dispatch('write_comments')()) }}
{%- endmacro %}
{% macro default__write_comments() -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'seed') -%}
        {%- set nodes = {} -%}
        {%- for node in graph.nodes.values() | list + graph.sources.values() | list -%}
            {%- do nodes.update({node.schema ~ '.' ~ (node.identifier or node.alias): node}) -%}
        {%- endfor -%}
        {%- for kind, schema, table, column, comment in run_query(existing_comments()).rows -%}
            {%- set node = nodes.get(schema ~ '.' ~ table, {'columns': {}}) -%}
            {%- set described = node.columns.get(column, {}) if kind == 'column' else node -%}
            {%- set description = (described.description or '') | trim -%}
            {%- if description and description != comment %}
    comment on {{ kind }} {{ schema }}.{{ table }}{{ '.' ~ column if kind == 'column' }} is '{{ description | replace("'", "''") }}';
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{% macro existing_comments() -%}
    select 'table' as kind, schema_name, table_name, null as column_name, comment
    from duckdb_tables()
    where database_name = current_database()
    union all
    select 'view' as kind, schema_name, view_name, null as column_name, comment
    from duckdb_views()
    where database_name = current_database() and not internal
    union all
    select 'column' as kind, schema_name, table_name, column_name, comment
    from duckdb_columns()
    where database_name = current_database() and not internal
{%- endmacro %}
