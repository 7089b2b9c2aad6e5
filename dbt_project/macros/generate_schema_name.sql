{#
Schemas carry their plain names (marts, staging, ...): they are part of the product's interface. On Spark a build has schemas of its
own, with SPARK_BUILD at the end of their names, until it is published (publish_spark.sql).
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{- custom_schema_name or target.schema -}}
    {{- env_var('SPARK_BUILD', '') if target.type == 'spark' -}}
{%- endmacro %}
