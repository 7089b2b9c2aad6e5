{# The given columns together are a key: no two rows share their values, and none is null. #}
{% test unique_combination(model, columns) %}
    select
        {{ columns | join(', ') }},
        count(*) as row_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
        {%- for column in columns %}
        or {{ column }} is null
        {%- endfor %}
{% endtest %}

{# Every value lies between two bounds (inclusive); nulls pass. #}
{% test between(model, column_name, lowest, highest) %}
    select {{ column_name }}
    from {{ model }}
    where {{ column_name }} not between {{ lowest }} and {{ highest }}
{% endtest %}
