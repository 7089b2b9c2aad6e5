{# Numbers that the choice and the names of clusters rest on; each has its one home here. #}

{# A solution whose largest cluster holds more than this share of the entities is one giant cluster and is not chosen. #}
{% macro cluster_max_share() -%}
    {{ return(0.5) }}
{%- endmacro %}

{# An item names a cluster of users if at least this share of them played it: lift alone picks one person's rarity. #}
{% macro cluster_label_min_share() -%}
    {{ return(0.2) }}
{%- endmacro %}

{# Items in a cluster's name. #}
{% macro cluster_label_items() -%}
    {{ return(3) }}
{%- endmacro %}

{# What Python writes for a missing number is NaN, which SQL would take for the largest one. #}
{% macro nan_as_null(number) -%}
    nullif({{ number }}, cast('NaN' as double))
{%- endmacro %}
