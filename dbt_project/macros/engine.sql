{#
Functions that DuckDB spells in its own way. Another engine has its own forms, which dbt finds by their prefix
(engine_spark.sql), and the models stay as they are.
#}

{# A name in NFC with each run of control characters and blanks made one space, the ends trimmed last. #}
{% macro tidy_name(text) -%}
    {{ return(adapter.dispatch('tidy_name')(text)) }}
{%- endmacro %}
{% macro default__tidy_name(text) -%}
    {{ trimmed("regexp_replace(nfc_normalize(" ~ text ~ "), '[\\x{00}-\\x{20}\\x{7f}-\\x{a0}\\x{3000}]+', ' ', 'g')") }}
{%- endmacro %}

{# A text without blanks at its ends, those of Unicode as well. #}
{% macro trimmed(text) -%}
    {{ return(adapter.dispatch('trimmed')(text)) }}
{%- endmacro %}
{% macro default__trimmed(text) -%}
    trim({{ text }})
{%- endmacro %}

{#
A compare key: a tidy name in lower case, letters with one capital made one: sigma at the end of a word and elsewhere, the
micro sign and mu, the other second shapes of Greek letters, the long s, and ss for the sharp s, whose capital is SS.
#}
{% macro compare_key(text) -%}
    replace(translate({{ in_lower_case(tidy_name(text)) }}, 'ςµϐϑϕϖϰϱϵſẛ', 'σμβθφπκρεsṡ'), 'ß', 'ss')
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
    {{ name_functions() }}
    {%- endif -%}
{%- endmacro %}

{# The same in a file that no build wrote. #}
{% macro write_name_functions() -%}
    {%- do run_query(name_functions()) -%}
{%- endmacro %}

{% macro name_functions() -%}
    create schema if not exists marts;
    create or replace macro marts.artist_id_of(artist) as {{ name_id(compare_key('artist')) }};
    create or replace macro marts.track_id_of(artist, title) as
        {{ name_id(track_key('artist', 'title')) }};
{%- endmacro %}

{# A row's columns as one text; null is empty. #}
{% macro texts_joined(columns) -%}
    concat_ws('|', {% for column in columns %}coalesce(cast({{ column }} as string), ''){{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# A double as a whole number for a checksum: as a text, each engine writes it in its own way. #}
{% macro in_billionths(number) -%}
    cast(round({{ number }} * 1e9) as bigint)
{%- endmacro %}

{# Order-independent checksum of a group's rows over the given columns. Rows must be distinct: equal ones cancel out. #}
{% macro rows_checksum(columns) -%}
    {{ return(adapter.dispatch('rows_checksum')(columns)) }}
{%- endmacro %}
{% macro default__rows_checksum(columns) -%}
    hex(bit_xor(md5_number({{ texts_joined(columns) }})))
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

{# A row for each whole number from one to another, both included. #}
{% macro each_number(first, last) -%}
    {{ return(adapter.dispatch('each_number')(first, last)) }}
{%- endmacro %}
{% macro default__each_number(first, last) -%}
    unnest(range({{ first }}, {{ last }} + 1))
{%- endmacro %}

{# A text split at a separator into a list of fields, empty ones too. #}
{% macro split_text(text, separator) -%}
    {{ return(adapter.dispatch('split_text')(text, separator)) }}
{%- endmacro %}
{% macro default__split_text(text, separator) -%}
    string_split({{ text }}, '{{ separator }}')
{%- endmacro %}

{# The field of that number in a list, from 1; null where the list is shorter. #}
{% macro nth(number, fields='fields') -%}
    {{ return(adapter.dispatch('nth')(number, fields)) }}
{%- endmacro %}
{% macro default__nth(number, fields) -%}
    {{ fields }}[{{ number }}]
{%- endmacro %}

{# How many elements a list has. #}
{% macro count_of(elements) -%}
    {{ return(adapter.dispatch('count_of')(elements)) }}
{%- endmacro %}
{% macro default__count_of(elements) -%}
    len({{ elements }})
{%- endmacro %}

{# True where a text is among others. DuckDB makes a join of `in` with more than a few, for which every line is worked out. #}
{% macro is_among(text, texts) -%}
    array_contains({{ text_list(texts) }}, {{ text }})
{%- endmacro %}

{# A list of the given texts. #}
{% macro text_list(texts) -%}
    {{ return(adapter.dispatch('text_list')(texts)) }}
{%- endmacro %}
{% macro default__text_list(texts) -%}
    cast([{% for text in texts %}{{ literal_text(text) }}{{ ', ' if not loop.last }}{% endfor %}] as varchar[])
{%- endmacro %}

{# A text as a literal. #}
{% macro literal_text(text) -%}
    {{ return(adapter.dispatch('literal_text')(text)) }}
{%- endmacro %}
{% macro default__literal_text(text) -%}
    '{{ text | replace("'", "''") }}'
{%- endmacro %}

{# True where a whole text has a pattern (of RE2), or some part of it. #}
{% macro matches_whole(text, pattern) -%}
    {{ return(adapter.dispatch('matches_whole')(text, pattern)) }}
{%- endmacro %}
{% macro default__matches_whole(text, pattern) -%}
    regexp_full_match({{ text }}, '{{ pattern }}')
{%- endmacro %}

{% macro matches_in(text, pattern) -%}
    {{ return(adapter.dispatch('matches_in')(text, pattern)) }}
{%- endmacro %}
{% macro default__matches_in(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}

{# A text with every match of a pattern replaced; the first group of a match is written $1. #}
{% macro matches_replaced(text, pattern, replacement) -%}
    {{ return(adapter.dispatch('matches_replaced')(text, pattern, replacement)) }}
{%- endmacro %}
{% macro default__matches_replaced(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement | replace("$", "\\") }}', 'g')
{%- endmacro %}

{# The part of a text that the first group of a pattern matches; empty where nothing does. #}
{% macro match_in(text, pattern) -%}
    {{ return(adapter.dispatch('match_in')(text, pattern)) }}
{%- endmacro %}
{% macro default__match_in(text, pattern) -%}
    regexp_extract({{ text }}, '{{ pattern }}', 1)
{%- endmacro %}

{# What the first group of a pattern matches, for every match in a text, as a list. #}
{% macro matches_of(text, pattern) -%}
    {{ return(adapter.dispatch('matches_of')(text, pattern)) }}
{%- endmacro %}
{% macro default__matches_of(text, pattern) -%}
    regexp_extract_all({{ text }}, '{{ pattern }}', 1)
{%- endmacro %}

{# A text as a time in the first of the given formats (of strptime) that it has; null where it has none. #}
{% macro time_in(text, formats) -%}
    {{ return(adapter.dispatch('time_in')(text, formats)) }}
{%- endmacro %}
{% macro default__time_in(text, formats) -%}
    try_strptime({{ text }}, ['{{ formats | join("', '") }}'])
{%- endmacro %}

{# Whole seconds since 1970 as a time. #}
{% macro time_of_whole_seconds(seconds) -%}
    {{ return(adapter.dispatch('time_of_whole_seconds')(seconds)) }}
{%- endmacro %}
{% macro default__time_of_whole_seconds(seconds) -%}
    make_timestamp({{ seconds }} * 1000000)
{%- endmacro %}

{# Bytes of a text. #}
{% macro byte_count(text) -%}
    {{ return(adapter.dispatch('byte_count')(text)) }}
{%- endmacro %}
{% macro default__byte_count(text) -%}
    strlen({{ text }})
{%- endmacro %}

{# How often one whole number goes into another. #}
{% macro whole_part(number, divisor) -%}
    {{ return(adapter.dispatch('whole_part')(number, divisor)) }}
{%- endmacro %}
{% macro default__whole_part(number, divisor) -%}
    {{ number }} // {{ divisor }}
{%- endmacro %}

{# A field as a finite number; null where it is none. #}
{% macro finite_number(field) -%}
    {{ return(adapter.dispatch('finite_number')(field)) }}
{%- endmacro %}
{% macro default__finite_number(field) -%}
    case when isfinite(try_cast({{ field }} as double)) then try_cast({{ field }} as double) end
{%- endmacro %}

{# A name in lower case. #}
{% macro in_lower_case(text) -%}
    {{ return(adapter.dispatch('in_lower_case')(text)) }}
{%- endmacro %}
{% macro default__in_lower_case(text) -%}
    lower({{ text }})
{%- endmacro %}

{# Fields of a JSON text by their paths, as a list of texts; null where there is none. #}
{% macro json_texts(object, paths) -%}
    {{ return(adapter.dispatch('json_texts')(object, paths)) }}
{%- endmacro %}
{% macro default__json_texts(object, paths) -%}
    json_extract_string({{ object }}, [{% for path in paths %}'{{ path }}'{{ ', ' if not loop.last }}{% endfor %}])
{%- endmacro %}

{# One of them, and a list of texts in it. #}
{% macro json_text(object, path) -%}
    {{ return(adapter.dispatch('json_text')(object, path)) }}
{%- endmacro %}
{% macro default__json_text(object, path) -%}
    json_extract_string({{ object }}, '{{ path }}')
{%- endmacro %}

{% macro json_list(object, path) -%}
    {{ return(adapter.dispatch('json_list')(object, path)) }}
{%- endmacro %}
{% macro default__json_list(object, path) -%}
    json_extract_string({{ object }}, '{{ path }}[*]')
{%- endmacro %}

{# Columns as one JSON text, each under its name in `names`. #}
{% macro json_of(names) -%}
    {{ return(adapter.dispatch('json_of')(names)) }}
{%- endmacro %}
{% macro default__json_of(names) -%}
    cast(to_json({ {%- for name in names %}'{{ name }}': {{ name | lower }}{{ ', ' if not loop.last }}{% endfor -%} }) as varchar)
{%- endmacro %}

{# Texts of a list joined by a separator, and the list without its last. #}
{% macro list_joined(texts, separator) -%}
    {{ return(adapter.dispatch('list_joined')(texts, separator)) }}
{%- endmacro %}
{% macro default__list_joined(texts, separator) -%}
    array_to_string({{ texts }}, '{{ separator }}')
{%- endmacro %}

{% macro without_last(texts) -%}
    {{ return(adapter.dispatch('without_last')(texts)) }}
{%- endmacro %}
{% macro default__without_last(texts) -%}
    {{ texts }}[:-2]
{%- endmacro %}

{# A time so many milliseconds before another, to the second below. #}
{% macro milliseconds_before(time, milliseconds) -%}
    {{ return(adapter.dispatch('milliseconds_before')(time, milliseconds)) }}
{%- endmacro %}
{% macro default__milliseconds_before(time, milliseconds) -%}
    date_trunc('second', {{ time }} - to_milliseconds({{ milliseconds }}))
{%- endmacro %}
