{# The tables that models_py writes, as their sources' YAML describes them: the one home of their columns and types. #}
{% macro recommender_tables() -%}
    {{ return(graph.sources.values() | selectattr('schema', 'equalto', 'recommender') | list) }}
{%- endmacro %}

{#
The rows of such a table that were made from today's training rows; those of others (an older fingerprint, a split that is
not built now) are left out. For a table without split_name, `split` is the split that all its rows were made from.
#}
{% macro of_todays_training(name, split=none) -%}
select {{ name }}.*
from {{ source('recommender', name) }} as {{ name }}
inner join {{ ref('training_fingerprints') }} as fingerprints
    on {{ literal_text(split) if split else name ~ '.split_name' }} = fingerprints.split_name
        and {{ name }}.item_type = fingerprints.item_type
        and {{ name }}.fingerprint = fingerprints.fingerprint
{%- endmacro %}

{# The same of a table that was made from today's rows of retention_features. #}
{% macro of_todays_retention(name) -%}
select {{ name }}.*
from {{ source('recommender', name) }} as {{ name }}
inner join {{ ref('int_retention_fingerprinted') }} as fingerprints
    on {{ same_keys(name, 'fingerprints', ['fingerprint']) }}
{%- endmacro %}

{#
Creates these tables, empty where they are missing, so that results are legal before the first fit. A column added to the
YAML is added here. Where a stored column has another type, or the YAML has none of its name, all tables are made anew:
they are of another version, belong together, and can be computed again.
#}
{% macro create_recommender_tables() -%}
    {{ return(adapter.dispatch('create_recommender_tables')()) }}
{%- endmacro %}
{% macro default__create_recommender_tables() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
    {%- set other_version = recommender_tables_differ() -%}
    create schema if not exists recommender;
    {%- for node in recommender_tables() %}
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

{% macro recommender_tables_differ() -%}
    {%- set query -%}
        select count(*)
        from information_schema.columns
        where table_catalog = current_database() and table_schema = 'recommender' and (
            false
            {%- for node in recommender_tables() %}
            or (
                table_name = '{{ node.name }}' and (column_name, data_type) not in (
                    {%- for column in node.columns.values() %}
                    ('{{ column.name }}', typeof(cast(null as {{ column.data_type }}))){{ ',' if not loop.last }}
                    {%- endfor %}
                )
            )
            {%- endfor %}
        )
    {%- endset -%}
    {{ return(run_query(query).columns[0].values()[0] > 0) }}
{%- endmacro %}

{# Spark takes one statement at a time, and inserts into a table by its columns' places: one with others is made anew, empty. #}
{% macro spark__create_recommender_tables() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- set existing = {} -%}
        {%- for schema in recommender_tables() | map(attribute='schema') | unique -%}
            {%- do run_query('create schema if not exists ' ~ schema) -%}
            {%- do existing.update({schema: relations_of('tables', schema)}) -%}
        {%- endfor -%}
        {%- for node in recommender_tables() -%}
            {%- set columns = [] -%}
            {%- for column in node.columns.values() -%}
                {%- do columns.append(column.name ~ ' ' ~ spark_type(column.data_type)) -%}
            {%- endfor -%}
            {%- if node.name in existing[node.schema] -%}
                {%- set stored = run_query('select * from ' ~ node.schema ~ '.' ~ node.name ~ ' limit 0').column_names | list -%}
                {%- if stored != node.columns.keys() | list -%}
                    {%- set kind = 'view' if node.name in relations_of('views', node.schema) else 'table' -%}
                    {%- do run_query('drop ' ~ kind ~ ' ' ~ node.schema ~ '.' ~ node.name) -%}
                {%- endif -%}
            {%- endif -%}
            {%- do run_query('create table if not exists ' ~ node.schema ~ '.' ~ node.name ~ ' (' ~ columns | join(', ') ~ ') using parquet') -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
