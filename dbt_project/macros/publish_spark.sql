{#
Puts the build that SPARK_BUILD names in the place of the one before: each mart of schema marts becomes a view of this build's
table. A query that has begun goes on with the tables of the build before, which the next publication drops. Views are switched
one after the other: for a moment some marts are of this build and some of the one before.
#}
{% macro publish_build() -%}
    {%- set build = env_var('SPARK_BUILD') -%}
    {%- do run_query('create schema if not exists marts') -%}
    {%- set views = relations_of('views', 'marts') -%}
    {%- for name in relations_of('tables', 'marts') if name not in views -%}
        {%- do run_query('drop table marts.' ~ name) -%}
    {%- endfor -%}
    {%- for name in relations_of('tables', 'marts' ~ build) -%}
        {%- do run_query('create or replace view marts.' ~ name ~ ' as select * from marts' ~ build ~ '.' ~ name) -%}
    {%- endfor -%}
    {%- set builds = [] -%}
    {%- for schema in run_query('show schemas').columns[0].values() if schema.startswith('marts_') -%}
        {%- do builds.append(schema.removeprefix('marts')) -%}
    {%- endfor -%}
    {%- for old in (builds | sort)[:-2] -%}
        {%- for schema in ['marts', 'intermediate', 'staging'] -%}
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
