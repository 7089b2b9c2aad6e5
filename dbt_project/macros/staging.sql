{#
True where a field holds nothing but control characters and blanks. Looking for anything else ends at the first letter:
1.2 s of CPU for 19 million fields, where trimming took 45 s and a pattern of the whole field 5 s.
#}
{% macro is_blank(field) -%}
    (not regexp_matches({{ field }}, '[^\x{00}-\x{20}\x{7f}-\x{a0}\x{3000}]'))
{%- endmacro %}

{#
True for a time of the form 2009-05-04T23:08:57Z. A cast alone also takes a blank or a sign for the first digit, a dot for
the last one, and 24 o'clock for the next day. Much cheaper than a pattern of digits, and the cast refuses the rest.
#}
{% macro is_time(field) -%}
    (
        {{ field }} like '____-__-__T__:__:__Z'
        and {{ field }} >= '0'
        and substr({{ field }}, 12, 2) between '00' and '23'
        and {{ field }} not like '%.Z'
    )
{%- endmacro %}

{#
Lines that the reader could not decode never reach the model: they are in the reject tables that the model's read names.
This post-hook copies them out, with their true line numbers, before the connection that holds them is closed.
#}
{% macro copy_reader_rejects(relation, files) -%}
    {%- set errors = relation.identifier ~ '_reject_errors' -%}
    {%- set scans = relation.identifier ~ '_reject_scans' -%}
    create or replace table {{ relation.schema }}.{{ relation.identifier }}_rejects (
        file_id integer, line_number bigint, reason varchar, raw_line varchar
    );
    {%- if files %}
    insert into {{ relation.schema }}.{{ relation.identifier }}_rejects
    select
        {{ file_number('scans.file_path', files) }} as file_id,
        errors.line as line_number,
        min(case when errors.error_type = 'INVALID ENCODING' then 'not UTF-8' else 'unreadable' end) as reason,
        ltrim(min(errors.csv_line), chr(13) || chr(10)) as raw_line
    from {{ errors }} as errors
    inner join {{ scans }} as scans
        on errors.scan_id = scans.scan_id
            and errors.file_id = scans.file_id
    where errors.scan_id = (select max(scan_id) from {{ errors }})
    group by all
    {%- endif %}
{%- endmacro %}

{# The bounds of `between` for a time that a working clock can have given. #}
{% macro plausible_times() -%}
    cast('{{ var("first_plausible_play") }}' as timestamp) and cast('{{ var("last_plausible_play") }}' as timestamp)
{%- endmacro %}
