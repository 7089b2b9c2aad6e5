{#
Functions that DuckDB spells in its own way and models outside staging need. Another engine overrides these by dispatch
(spark__..., say), as well as peel_to_the_core and write_comments, which are DuckDB's too, and leaves the models alone.
#}

{# A name in NFC with each run of control characters and blanks made one space, the ends trimmed last. #}
{% macro tidy_name(text) -%}
    {{ return(adapter.dispatch('tidy_name')(text)) }}
{%- endmacro %}
{% macro default__tidy_name(text) -%}
    trim(regexp_replace(nfc_normalize({{ text }}), '[\x{00}-\x{20}\x{7f}-\x{a0}\x{3000}]+', ' ', 'g'))
{%- endmacro %}

{#
A compare key: a tidy name in lower case, letters with one capital made one: sigma at the end of a word and elsewhere, the
micro sign and mu, the other second shapes of Greek letters, the long s, and ss for the sharp s, whose capital is SS.
#}
{% macro compare_key(text) -%}
    replace(translate(lower({{ tidy_name(text) }}), 'ςµϐϑϕϖϰϱϵſẛ', 'σμβθφπκρεsṡ'), 'ß', 'ss')
{%- endmacro %}

{# The compare key of a track. #}
{% macro track_key(artist, title) -%}
    {{ compare_key(artist) }} || chr(31) || {{ compare_key(title) }}
{%- endmacro %}

{# The first 13 hex digits of an md5 as a bigint: 52 bits, exact as a double too. #}
{% macro name_id(key) -%}
    {{ return(adapter.dispatch('name_id')(key)) }}
{%- endmacro %}
{% macro default__name_id(key) -%}
    cast('0x' || substr(md5({{ key }}), 1, 13) as bigint)
{%- endmacro %}

{#
Functions for anyone's SQL that give the id which a name has, in whatever spelling: artist_id_of('Radiohead') and
track_id_of('Radiohead', 'Creep').
#}
{% macro create_name_functions() -%}
    {{ return(adapter.dispatch('create_name_functions')()) }}
{%- endmacro %}
{% macro default__create_name_functions() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
    create schema if not exists marts;
    create or replace macro marts.artist_id_of(artist) as {{ name_id(compare_key('artist')) }};
    create or replace macro marts.track_id_of(artist, title) as
        {{ name_id(track_key('artist', 'title')) }};
    {%- endif -%}
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

{# Days from one date to a later one. #}
{% macro days_between(earlier, later) -%}
    {{ return(adapter.dispatch('days_between')(earlier, later)) }}
{%- endmacro %}
{% macro default__days_between(earlier, later) -%}
    date_diff('day', {{ earlier }}, {{ later }})
{%- endmacro %}

{# True on Saturdays and Sundays. #}
{% macro is_weekend(day) -%}
    {{ return(adapter.dispatch('is_weekend')(day)) }}
{%- endmacro %}
{% macro default__is_weekend(day) -%}
    (isodow({{ day }}) >= 6)
{%- endmacro %}

{# Hex digits as a bigint: a reproducible random integer where they come from an md5. #}
{% macro hex_number(digits) -%}
    {{ return(adapter.dispatch('hex_number')(digits)) }}
{%- endmacro %}
{% macro default__hex_number(digits) -%}
    cast('0x' || {{ digits }} as bigint)
{%- endmacro %}

{# A relation of the whole numbers 0, 1, ... below a limit, in one column `number`. #}
{% macro whole_numbers_below(limit) -%}
    {{ return(adapter.dispatch('whole_numbers_below')(limit)) }}
{%- endmacro %}
{% macro default__whole_numbers_below(limit) -%}
    (select cast(range as integer) as number from range({{ limit }}))
{%- endmacro %}

{# Aggregate: a group's values as one list, ordered by a key. #}
{% macro ordered_list(value, key) -%}
    {{ return(adapter.dispatch('ordered_list')(value, key)) }}
{%- endmacro %}
{% macro default__ordered_list(value, key) -%}
    list({{ value }} order by {{ key }})
{%- endmacro %}

{# The first elements of a list. #}
{% macro first_of_list(elements, length) -%}
    {{ return(adapter.dispatch('first_of_list')(elements, length)) }}
{%- endmacro %}
{% macro default__first_of_list(elements, length) -%}
    list_slice({{ elements }}, 1, {{ length }})
{%- endmacro %}

{# Sum of products of two lists of doubles of the same length. #}
{% macro dot_product(left_list, right_list) -%}
    {{ return(adapter.dispatch('dot_product')(left_list, right_list)) }}
{%- endmacro %}
{% macro default__dot_product(left_list, right_list) -%}
    list_dot_product({{ left_list }}, {{ right_list }})
{%- endmacro %}

{# A group's texts joined in the given order. #}
{% macro joined_text(text, ordering, separator) -%}
    {{ return(adapter.dispatch('joined_text')(text, ordering, separator)) }}
{%- endmacro %}
{% macro default__joined_text(text, ordering, separator) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ ordering }})
{%- endmacro %}

{# A hash of texts: a key within a run, never published. #}
{% macro text_hash(columns) -%}
    {{ return(adapter.dispatch('text_hash')(columns)) }}
{%- endmacro %}
{% macro default__text_hash(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}

{# A row's place in a stored table, from 0, in the order in which rows were written. #}
{% macro stored_position(table) -%}
    {{ return(adapter.dispatch('stored_position')(table)) }}
{%- endmacro %}
{% macro default__stored_position(table) -%}
    {{ table }}.rowid
{%- endmacro %}

{# A row for each whole number from one to another, both included. #}
{% macro each_number(first, last) -%}
    {{ return(adapter.dispatch('each_number')(first, last)) }}
{%- endmacro %}
{% macro default__each_number(first, last) -%}
    unnest(range({{ first }}, {{ last }} + 1))
{%- endmacro %}
