{# What names a solution of the grid of clusters: as columns of a relation, or of the only one, and as a condition of a join. #}
{% macro cluster_solution(relation=none) -%}
    {%- for key in ['entity_type', 'representation', 'algorithm', 'n_clusters'] -%}
        {{ relation ~ '.' if relation }}{{ key }}
        {{- ',\n        ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro same_cluster_solution(one, other) -%}
    {%- for key in ['entity_type', 'representation', 'algorithm', 'n_clusters'] -%}
        {{ one }}.{{ key }} = {{ other }}.{{ key }}
        {{- '\n            and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
