{#
What dbt-spark 1.11 does otherwise than this project needs it.
#}

{# A type as Spark names it, where `varchar` has a length and any text is a string. #}
{% macro spark_type(data_type) -%}
    {{ return(data_type | replace('varchar', 'string')) }}
{%- endmacro %}

{% macro spark__get_empty_schema_sql(columns) -%}
    select
    {%- for column in columns.values() %}
        cast(null as {{ spark_type(column.data_type) }}) as {{ column.name }}{{ ',' if not loop.last }}
    {%- endfor %}
    where false
{%- endmacro %}

{# Lists of unit tests, which YAML has as DuckDB writes them. #}
{% macro spark__safe_cast(field, type) -%}
    {%- set value = 'array(' ~ field | join(', ') ~ ')' if field is sequence and field is not string else field -%}
    cast({{ value }} as {{ type }})
{%- endmacro %}

{# Constraints are not enforced there: data tests are. #}
{% macro spark__persist_constraints(relation, model) -%}
{%- endmacro %}

{# A seed in one statement; dbt-spark writes a missing value as the text None and leaves quotes in texts as they are. #}
{% macro spark__create_csv_table(model, agate_table) -%}
    {%- set types, columns = model['config'].get('column_types', {}), [] -%}
    {%- for name in agate_table.column_names -%}
        {%- do columns.append(spark_type(types.get(name, adapter.convert_type(agate_table, loop.index0)))) -%}
    {%- endfor -%}
    {%- set query -%}
        create table {{ this.render() }} using parquet as
        {%- for row in agate_table.rows %}
        select
            {%- for value in row %}
            cast({{ 'null' if value is none else literal_text(value | string) }} as {{ columns[loop.index0] }}) as {{ agate_table.column_names[loop.index0] }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    {%- endset -%}
    {%- call statement('_') -%}{{ query }}{%- endcall -%}
    {{ return(query) }}
{%- endmacro %}

{% macro spark__load_csv_rows(model, agate_table) -%}
    {{ return('') }}
{%- endmacro %}
