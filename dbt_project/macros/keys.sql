{# Equality of key columns of two relations, as the condition of a join. #}
{% macro same_keys(one, other, keys) -%}
    {%- for key in keys -%}
        {{ one }}.{{ key }} = {{ other }}.{{ key }}
        {{- '\n            and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# Key columns in a list of columns, as those of a relation or of the only one. #}
{% macro key_columns(keys, relation=none) -%}
    {%- for key in keys -%}
        {{ relation ~ '.' if relation }}{{ key }}
        {{- ',\n        ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
