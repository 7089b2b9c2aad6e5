{#
Puts the build that SPARK_BUILD names in the place of the one before: each table of the first of the schemas becomes a view of this
build's. A query that has begun goes on with the tables of the build before, which the next publication drops with all the schemas.
Views are switched one after the other: for a moment some are of this build and some of the one before.
#}
{% macro publish_build(schemas=['marts', 'intermediate', 'staging']) -%}
    {%- set build = env_var('SPARK_BUILD') -%}
    {%- set published = schemas[0] -%}
    {%- do run_query('create schema if not exists ' ~ published) -%}
    {%- set views = relations_of('views', published) -%}
    {%- for name in relations_of('tables', published) if name not in views -%}
        {%- do run_query('drop table ' ~ published ~ '.' ~ name) -%}
    {%- endfor -%}
    {%- for name in relations_of('tables', published ~ build) -%}
        {%- do run_query('create or replace view ' ~ published ~ '.' ~ name ~ ' as select * from ' ~ published ~ build ~ '.' ~ name) -%}
    {%- endfor -%}
    {%- set builds = [] -%}
    {%- for schema in run_query('show schemas').columns[0].values() if schema.startswith(published ~ '_') -%}
        {%- do builds.append(schema.removeprefix(published)) -%}
    {%- endfor -%}
    {%- for old in (builds | sort)[:-2] -%}
        {%- for schema in schemas -%}
            {%- do run_query('drop schema if exists ' ~ schema ~ old ~ ' cascade') -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{# Writes each published mart as Parquet into a folder of its name. #}
{% macro export_build(folder) -%}
    {%- for name in relations_of('views', 'marts') -%}
        {%- set address = literal_text(folder ~ '/' ~ name) -%}
        {%- do run_query('insert overwrite directory ' ~ address ~ ' using parquet select * from marts.' ~ name) -%}
    {%- endfor -%}
{%- endmacro %}

{# Names of a schema's tables, views among them, or of its views alone; Spark lists temporary ones with any schema. #}
{% macro relations_of(kind, schema) -%}
    {%- set names = [] -%}
    {%- for _, name, is_temporary in run_query('show ' ~ kind ~ ' in ' ~ schema).rows if not is_temporary -%}
        {%- do names.append(name) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}
