{# Schemas carry their plain names (marts, staging, ...): they are part of the product's interface. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
