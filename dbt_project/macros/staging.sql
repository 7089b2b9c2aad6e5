{#
True where a field holds nothing but control characters and blanks. Looking for anything else ends at the first letter:
1.2 s of CPU for 19 million fields, where trimming took 45 s and a pattern of the whole field 5 s.
#}
{% macro is_blank(field) -%}
    (not regexp_matches({{ field }}, '[^\x{00}-\x{20}\x{7f}-\x{a0}\x{3000}]'))
{%- endmacro %}

{#
Lines that the reader could not decode never reach the model: they are in the reader's reject tables, which belong
to the cursor of this node. This post-hook copies them out, with their true line numbers, before the cursor is gone.
#}
{% macro copy_reader_rejects(relation, files) -%}
    create or replace table {{ relation.schema }}.{{ relation.identifier }}_rejects (
        file_id integer, line_number bigint, reason varchar, raw_line varchar
    );
    {%- if files %}
    insert into {{ relation.schema }}.{{ relation.identifier }}_rejects
    select
        {{ file_number('reject_scans.file_path', files) }} as file_id,
        reject_errors.line as line_number,
        min(case when reject_errors.error_type = 'INVALID ENCODING' then 'not UTF-8' else 'unreadable' end) as reason,
        ltrim(min(reject_errors.csv_line), chr(10)) as raw_line
    from reject_errors
    inner join reject_scans
        on reject_errors.scan_id = reject_scans.scan_id
            and reject_errors.file_id = reject_scans.file_id
    where reject_errors.scan_id = (select max(scan_id) from reject_errors)
    group by all
    {%- endif %}
{%- endmacro %}

{# The bounds of `between` for a time that a working clock can have given. #}
{% macro plausible_times() -%}
    cast('{{ var("first_plausible_play") }}' as timestamp) and cast('{{ var("last_plausible_play") }}' as timestamp)
{%- endmacro %}
