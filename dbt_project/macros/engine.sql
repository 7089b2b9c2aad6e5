{#
Everything that DuckDB spells in its own way and models outside staging need. Another engine overrides these by
dispatch (spark__..., say) and leaves the models alone.
#}

{# A compare key: NFC, lower case, each run of control characters and blanks made one space, the ends trimmed last. #}
{% macro compare_key(text) -%}
    {{ return(adapter.dispatch('compare_key')(text)) }}
{%- endmacro %}
{% macro default__compare_key(text) -%}
    trim(regexp_replace(lower(nfc_normalize({{ text }})), '[\x{00}-\x{20}\x{7f}-\x{a0}\x{3000}]+', ' ', 'g'))
{%- endmacro %}

{# The first 13 hex digits of an md5 as a bigint: 52 bits, exact as a double too. #}
{% macro name_id(key) -%}
    {{ return(adapter.dispatch('name_id')(key)) }}
{%- endmacro %}
{% macro default__name_id(key) -%}
    cast('0x' || substr(md5({{ key }}), 1, 13) as bigint)
{%- endmacro %}

{# Order-independent checksum of a group's rows over the given columns. Rows must be distinct: equal ones cancel out. #}
{% macro rows_checksum(columns) -%}
    {{ return(adapter.dispatch('rows_checksum')(columns)) }}
{%- endmacro %}
{% macro default__rows_checksum(columns) -%}
    cast(bit_xor(md5_number(concat_ws('|', {% for column in columns %}coalesce(cast({{ column }} as varchar), ''){{ ', ' if not loop.last }}{% endfor %}))) as varchar)
{%- endmacro %}

{# Seconds from one timestamp to a later one. #}
{% macro seconds_between(earlier, later) -%}
    {{ return(adapter.dispatch('seconds_between')(earlier, later)) }}
{%- endmacro %}
{% macro default__seconds_between(earlier, later) -%}
    (epoch_us({{ later }}) - epoch_us({{ earlier }})) // 1000000
{%- endmacro %}
