{# What names a solution of the grid of clusters. #}
{% macro cluster_solution() -%}
    {{ return(['entity_type', 'representation', 'algorithm', 'n_clusters']) }}
{%- endmacro %}
