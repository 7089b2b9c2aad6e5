{#
The forms of engine.sql's functions on Apache Spark 4. Patterns are raw literals: in others a backslash is an escape. Times have
no zone (spark.sql.timestampType), as in DuckDB.
#}

{% macro spark__literal_text(text) -%}
    '{{ text | replace("\\", "\\\\") | replace("'", "\\'") }}'
{%- endmacro %}

{# A pattern as a raw literal; those of this project hold no single quote. #}
{% macro raw_literal(pattern) -%}
    r'{{ pattern }}'
{%- endmacro %}

{# NFC is ICU's, which knows no null; a name of ASCII letters is in it already. #}
{% macro spark__tidy_name(text) -%}
    {%- set composed -%}
        case
            when {{ text }} rlike r'[^\x{00}-\x{7f}]'
                then reflect('com.ibm.icu.text.Normalizer', 'compose', {{ text }}, false)
            else {{ text }}
        end
    {%- endset -%}
    {{ trimmed("regexp_replace(" ~ composed ~ ", r'[\\x{00}-\\x{20}\\x{7f}-\\x{a0}\\x{3000}]+', ' ')") }}
{%- endmacro %}

{# DuckDB's trim takes every blank of Unicode (category Zs) off the ends, Spark's the space alone. #}
{% macro spark__trimmed(text) -%}
    trim(both '\u0020\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000' from {{ text }})
{%- endmacro %}

{# DuckDB lowers letter by letter. Spark makes two of a dotted capital I, and of a final sigma another letter than elsewhere. #}
{% macro spark__in_lower_case(text) -%}
    lower(translate({{ text }}, '\u0130\u03a3', 'i\u03c3'))
{%- endmacro %}

{% macro spark__name_id(key) -%}
    {{ spark__hex_number('substr(md5(' ~ key ~ '), 1, 13)') }}
{%- endmacro %}

{% macro spark__hex_number(digits) -%}
    cast(conv({{ digits }}, 16, 10) as bigint)
{%- endmacro %}

{# A session of its own would lose them. #}
{% macro spark__create_name_functions() -%}
{%- endmacro %}

{% macro spark__write_comments() -%}
{%- endmacro %}

{# DuckDB reads an md5 from its last byte to its first. The exclusive or goes digit by digit, so that it may be taken in pieces. #}
{% macro spark__rows_checksum(columns) -%}
    {%- set md5 = 'md5(' ~ texts_joined(columns) ~ ')' -%}
    {%- set digits -%}
        concat(
            {%- for first, length in [(1, 15), (16, 15), (31, 2)] %}
            lpad(hex(bit_xor({{ hex_number('substr(' ~ md5 ~ ', ' ~ first ~ ', ' ~ length ~ ')') }})), {{ length }}, '0'){{ ',' if not loop.last }}
            {%- endfor %}
        )
    {%- endset -%}
    ltrim('0', regexp_replace(reverse({{ digits }}), '(.)(.)', '$2$1'))
{%- endmacro %}

{% macro spark__seconds_between(earlier, later) -%}
    timestampdiff(second, {{ earlier }}, {{ later }})
{%- endmacro %}

{% macro spark__days_between(earlier, later) -%}
    cast(datediff({{ later }}, {{ earlier }}) as bigint)
{%- endmacro %}

{% macro spark__is_weekend(day) -%}
    (weekday({{ day }}) >= 5)
{%- endmacro %}

{% macro spark__whole_numbers_below(limit) -%}
    (select cast(id as integer) as number from range({{ limit }}))
{%- endmacro %}

{% macro spark__each_number(first, last) -%}
    explode(sequence({{ first }}, {{ last }}))
{%- endmacro %}

{% macro spark__whole_part(number, divisor) -%}
    {{ number }} div {{ divisor }}
{%- endmacro %}

{% macro spark__ordered_list(value, key) -%}
    transform(array_sort(collect_list(struct({{ key }} as key, {{ value }} as value))), entry -> entry.value)
{%- endmacro %}

{% macro spark__first_of_list(elements, length) -%}
    slice({{ elements }}, 1, {{ length }})
{%- endmacro %}

{% macro spark__dot_product(left_list, right_list) -%}
    aggregate(
        zip_with({{ left_list }}, {{ right_list }}, (one, other) -> one * other), cast(0 as double), (total, product) -> total + product
    )
{%- endmacro %}

{% macro spark__joined_text(text, ordering, separator) -%}
    listagg({{ text }}, '{{ separator }}') within group (order by {{ ordering }})
{%- endmacro %}

{% macro spark__text_hash(columns) -%}
    xxhash64({{ columns | join(', ') }})
{%- endmacro %}

{% macro spark__split_text(text, separator) -%}
    split({{ text }}, {{ raw_literal(modules.re.escape(separator)) }}, -1)
{%- endmacro %}

{% macro spark__nth(number, fields) -%}
    try_element_at({{ fields }}, {{ number }})
{%- endmacro %}

{% macro spark__count_of(elements) -%}
    size({{ elements }})
{%- endmacro %}

{% macro spark__text_list(texts) -%}
    cast(array({% for text in texts %}{{ literal_text(text) }}{{ ', ' if not loop.last }}{% endfor %}) as array<string>)
{%- endmacro %}

{% macro spark__matches_whole(text, pattern) -%}
    {{ text }} rlike {{ raw_literal('\\A(?:' ~ pattern ~ ')\\z') }}
{%- endmacro %}

{% macro spark__matches_in(text, pattern) -%}
    {{ text }} rlike {{ raw_literal(pattern) }}
{%- endmacro %}

{% macro spark__matches_replaced(text, pattern, replacement) -%}
    regexp_replace({{ text }}, {{ raw_literal(pattern) }}, {{ raw_literal(replacement) }})
{%- endmacro %}

{% macro spark__match_in(text, pattern) -%}
    regexp_extract({{ text }}, {{ raw_literal(pattern) }}, 1)
{%- endmacro %}

{% macro spark__matches_of(text, pattern) -%}
    regexp_extract_all({{ text }}, {{ raw_literal(pattern) }}, 1)
{%- endmacro %}

{% macro spark__time_in(text, formats) -%}
    coalesce(
        {%- for format in formats %}
        try_to_timestamp({{ text }}, '{{ java_format(format) }}'){{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{# A format of strptime as Java writes it. #}
{% macro java_format(format) -%}
    {%- set letters = {
        '%Y': 'yyyy', '%m': 'M', '%d': 'd', '%b': 'MMM', '%B': 'MMMM', '%H': 'H', '%M': 'm', '%S': 's', 'T': "\\'T\\'"
    } -%}
    {%- set written = namespace(format=format | replace('T', letters['T'])) -%}
    {%- for letter, java in letters.items() if letter != 'T' -%}
        {%- set written.format = written.format | replace(letter, java) -%}
    {%- endfor -%}
    {{ return(written.format) }}
{%- endmacro %}

{% macro spark__time_of_whole_seconds(seconds) -%}
    timestampadd(second, {{ seconds }}, timestamp_ntz '1970-01-01 00:00:00')
{%- endmacro %}

{% macro spark__byte_count(text) -%}
    octet_length({{ text }})
{%- endmacro %}

{% macro spark__finite_number(field) -%}
    case when abs(try_cast({{ field }} as double)) < double('Infinity') then try_cast({{ field }} as double) end
{%- endmacro %}

{% macro spark__json_texts(object, paths) -%}
    array(
        {%- for path in paths %}
        {{ json_text(object, path) }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{% macro spark__json_text(object, path) -%}
    get_json_object({{ object }}, '{{ path }}')
{%- endmacro %}

{% macro spark__json_list(object, path) -%}
    from_json(get_json_object({{ object }}, '{{ path }}'), 'array<string>')
{%- endmacro %}

{% macro spark__json_of(names) -%}
    to_json(struct({% for name in names %}{{ name | lower }} as {{ name }}{{ ', ' if not loop.last }}{% endfor %}), map('ignoreNullFields', 'false'))
{%- endmacro %}

{% macro spark__list_joined(texts, separator) -%}
    array_join({{ texts }}, '{{ separator }}')
{%- endmacro %}

{% macro spark__without_last(texts) -%}
    slice({{ texts }}, 1, size({{ texts }}) - 1)
{%- endmacro %}

{% macro spark__milliseconds_before(time, milliseconds) -%}
    cast(date_trunc('second', timestampadd(millisecond, -{{ milliseconds }}, {{ time }})) as timestamp_ntz)
{%- endmacro %}
