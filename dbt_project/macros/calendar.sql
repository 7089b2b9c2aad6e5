{# Number of a date's day in the week, from 1 (Monday) to 7: days since a Monday before any play. #}
{% macro weekday(day) -%}
    cast({{ days_between("cast('1900-01-01' as date)", day) }} % 7 + 1 as integer)
{%- endmacro %}

{# The first day of the month that a date or time lies in. #}
{% macro month_of(time) -%}
    cast(date_trunc('month', {{ time }}) as date)
{%- endmacro %}
