{#
How files are listed and read. DuckDB's forms are here, those of another engine in a file of their own (reading_spark.sql).
#}

{# A path as a literal for `glob` and `read_csv` that matches nothing else: they take [, * and ? for patterns. #}
{% macro literal_path(path) -%}
    {{ return(literal_text(modules.re.sub('([\\[*?])', '[\\1]', path))) }}
{%- endmacro %}

{# Paths as such literals, in a list. #}
{% macro path_list(files) -%}
    [{% for file in files %}{{ literal_path(file) }}{{ ', ' if not loop.last }}{% endfor %}]
{%- endmacro %}

{# Paths of the files of a folder and, where asked for, of the folders in it. #}
{% macro files_in(folder, with_folders=false) -%}
    {{ return(adapter.dispatch('files_in')(folder, with_folders)) }}
{%- endmacro %}
{% macro default__files_in(folder, with_folders) -%}
    {%- set pattern = literal_path(folder) ~ " || '" ~ ('/**/*' if with_folders else '/*') ~ "'" -%}
    {{ return(run_query("select file from glob(" ~ pattern ~ ")").columns[0].values() | list) }}
{%- endmacro %}

{# Whether there is a file of that path. #}
{% macro file_exists(path) -%}
    {{ return(adapter.dispatch('file_exists')(path)) }}
{%- endmacro %}
{% macro default__file_exists(path) -%}
    {{ return(run_query("select 1 from glob(" ~ literal_path(path) ~ ")").rows | length > 0) }}
{%- endmacro %}

{% macro md5_of_file(path) -%}
    {{ return(adapter.dispatch('md5_of_file')(path)) }}
{%- endmacro %}
{% macro default__md5_of_file(path) -%}
    {{ return(run_query("select md5(content) from read_blob(" ~ literal_path(path) ~ ")").rows[0][0]) }}
{%- endmacro %}

{# A text that is kept in memory until this run of dbt ends; nothing where none is. #}
{% macro remembered_text() -%}
    {{ return(adapter.dispatch('remembered_text')()) }}
{%- endmacro %}
{% macro default__remembered_text() -%}
    {%- if run_query("select 1 from duckdb_databases() where database_name = 'event_files'").rows -%}
        {%- set found = run_query("select files from event_files.main.found where run = '" ~ invocation_id ~ "'").rows -%}
        {{ return(found[0][0] if found else none) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{% macro remember_text(text) -%}
    {{ return(adapter.dispatch('remember_text')(text)) }}
{%- endmacro %}
{% macro default__remember_text(text) -%}
    {%- do run_query("attach if not exists ':memory:' as event_files (read_write)") -%}
    {%- do run_query("create or replace table event_files.main.found as select '" ~ invocation_id ~ "' as run, "
        ~ literal_text(text) ~ " as files") -%}
{%- endmacro %}

{# The first lines of a file that can be read at all, as a list. #}
{% macro first_lines(file, number) -%}
    {{ return(adapter.dispatch('first_lines')(file, number)) }}
{%- endmacro %}
{% macro default__first_lines(file, number) -%}
    {%- set query -%}
        select line
        from read_csv(
            {{ literal_path(file) }}, columns = {'line': 'varchar'}, delim = e'\x01\x02\x03\x04',
            quote = '', escape = '', header = false, auto_detect = false, ignore_errors = true,
            hive_partitioning = false
        )
        limit {{ number }}
    {%- endset -%}
    {{ return(run_query(query).columns[0].values() | select | list) }}
{%- endmacro %}

{#
The first characters of a file, whose first lines are given. A file of one line, longer than the reader of lines takes, is
read whole; that of a file whose name is no JSON's is not looked at.
#}
{% macro first_characters(file, lines, number) -%}
    {{ return(adapter.dispatch('first_characters')(file, lines, number)) }}
{%- endmacro %}
{% macro default__first_characters(file, lines, number) -%}
    {%- if not lines and file.endswith('.json') -%}
        {%- set query = "select substr(content, 1, " ~ number ~ ") from read_text(" ~ literal_path(file) ~ ")" -%}
        {{ return(run_query(query).rows[0][0]) }}
    {%- endif -%}
    {{ return((lines | join('\n'))[:number]) }}
{%- endmacro %}

{# A CSV file with a header: one row per record with its number and the given columns as texts. #}
{% macro read_csv_texts(file, names, number) -%}
    {{ return(adapter.dispatch('read_csv_texts')(file, names, number)) }}
{%- endmacro %}
{% macro default__read_csv_texts(file, names, number) -%}
    select
        row_number() over () as {{ number }},
        *
    from read_csv(
        {{ literal_path(file) }},
        columns = { {%- for name in names %}'{{ name }}': 'varchar'{{ ', ' if not loop.last }}{% endfor -%} },
        delim = ',', quote = '"', escape = '"', header = true, auto_detect = false, hive_partitioning = false
    )
{%- endmacro %}

{# A file's number in a list of files, from 1, by its path as the reader gives it. #}
{% macro file_number(path, files) -%}
    cast(list_position({{ text_list(files) }}, {{ path }}) as integer)
{%- endmacro %}

{#
One row per line of the given files, in file order, as (file_id, line); files are numbered by their place among
`all_files`, from 1. A blank line is null.
#}
{% macro read_lines(files, all_files=none) -%}
    {%- if files -%}
    {{ adapter.dispatch('read_lines')(files, all_files or files) }}
    {%- else -%}
    select
        cast(null as integer) as file_id,
        cast(null as string) as line
    where false
    {%- endif -%}
{%- endmacro %}
{#
The delimiter is four control bytes that no line holds, so that the reader splits nothing and every line
arrives whole, whatever its number of fields; lines that are not UTF-8 go to the reader's reject tables. Those have names
of the model's own: models that read at the same time mix up their rejects in tables of the same name. A folder such as
`line=5` is a name as well, which the reader would otherwise add as a column.
#}
{% macro default__read_lines(files, all_files) -%}
    select
        {{ file_number('filename', all_files) }} as file_id,
        line
    from read_csv(
        {{ path_list(files) }}, columns = {'line': 'varchar'}, delim = e'\x01\x02\x03\x04', quote = '', escape = '', header = false,
        auto_detect = false, strict_mode = true, filename = true, hive_partitioning = false, store_rejects = true,
        rejects_table = '{{ this.identifier }}_reject_errors', rejects_scan = '{{ this.identifier }}_reject_scans'
    )
{%- endmacro %}

{#
One row per record of the JSON files of a format, in file order, as (file_id, and the given columns). DuckDB reads the
given fields alone: what else is in a record, such as IP addresses, never gets into the warehouse. A record that is none
is a row of nulls. `list_of` is the field of the one object of each file that holds the records.
#}
{% macro read_event_records(format, columns, list_of=none) -%}
    {{ return(adapter.dispatch('read_event_records')(format, columns, list_of)) }}
{%- endmacro %}
{% macro default__read_event_records(format, columns, list_of) -%}
    {%- set all_files = recognized_event_files() -%}
    {%- set files = all_files | selectattr('format', 'equalto', format) | map(attribute='path') | list -%}
    {%- set names = columns.keys() | map('lower') | list -%}
    {%- set record -%}
        struct({% for name, type in columns.items() %}{{ name }} {{ type }}{{ ', ' if not loop.last }}{% endfor %})
    {%- endset -%}
    {%- if not files -%}
    select
        cast(null as integer) as file_id
        {%- for name, type in columns.items() %},
        cast(null as {{ type }}) as {{ name | lower }}
        {%- endfor %}
    where false
    {%- elif list_of -%}
    select
        file_id
        {%- for name in names %},
        record.{{ name }}
        {%- endfor %}
    from (
        select
            {{ file_number('filename', all_files | map(attribute='path') | list) }} as file_id,
            unnest({{ list_of }}) as record
        from read_json(
            {{ path_list(files) }}, columns = {'{{ list_of }}': '{{ record }}[]'}, {{ record_options() }},
            maximum_object_size = {{ largest_size(files) }}
        )
    )
    {%- else -%}
    select
        {{ file_number('filename', all_files | map(attribute='path') | list) }} as file_id
        {%- for name in names %},
        {{ name }}
        {%- endfor %}
    from read_json(
        {{ path_list(files) }},
        columns = { {%- for name, type in columns.items() %}'{{ name }}': '{{ type }}'{{ ', ' if not loop.last }}{% endfor -%} },
        {{ record_options() }}
    )
    {%- endif -%}
{%- endmacro %}

{% macro record_options() -%}
    records = true, ignore_errors = true, filename = true, hive_partitioning = false
{%- endmacro %}

{# Bytes of the largest of the files, and some more. #}
{% macro largest_size(files) -%}
    {{ return(run_query("select max(size) + 1024 from read_blob(" ~ path_list(files) ~ ")").rows[0][0]) }}
{%- endmacro %}

{# A line's number among those that were read, from 1, where few are read. #}
{% macro line_order() -%}
    {{ return(adapter.dispatch('line_order')()) }}
{%- endmacro %}
{% macro default__line_order() -%}
    row_number() over ()
{%- endmacro %}

{# Further columns of int_lines_read, which keeps the order of lines; DuckDB's tables do by themselves. #}
{% macro places_of_lines() -%}
    {{ return(adapter.dispatch('places_of_lines')()) }}
{%- endmacro %}
{% macro default__places_of_lines() -%}
{%- endmacro %}

{# The rows of int_lines_read with their `position` in the order in which they were read, from 0. #}
{% macro lines_in_order(relation) -%}
    {{ return(adapter.dispatch('lines_in_order')(relation)) }}
{%- endmacro %}
{% macro default__lines_in_order(relation) -%}
    (select *, rowid as position from {{ relation }})
{%- endmacro %}

{# True where a line is UTF-8, and a line as text that it is where it is not. DuckDB's reader puts such lines among its rejects. #}
{% macro is_decoded(line) -%}
    {{ return(adapter.dispatch('is_decoded')(line)) }}
{%- endmacro %}
{% macro default__is_decoded(line) -%}
    true
{%- endmacro %}

{% macro decoded(line) -%}
    {{ return(adapter.dispatch('decoded')(line)) }}
{%- endmacro %}
{% macro default__decoded(line) -%}
    {{ line }}
{%- endmacro %}

{#
Lines that the reader could not decode never reach the model: they are in the reject tables that are named after the model
whose SQL reads the files. This post-hook copies them out, with their true line numbers, before the connection that holds
them is closed.
#}
{% macro copy_reader_rejects(relation, files, readers=none) -%}
    {{ return(adapter.dispatch('copy_reader_rejects')(relation, files, readers)) }}
{%- endmacro %}
{% macro default__copy_reader_rejects(relation, files, readers) -%}
    create or replace table {{ relation.schema }}.{{ relation.identifier }}_rejects (
        file_id integer, line_number bigint, reason varchar, raw_line varchar
    );
    {#- with --empty nothing is read, and there are no reject tables #}
    {%- for reader in ([relation.identifier] if readers is none else readers) if files and not flags.EMPTY %}
    insert into {{ relation.schema }}.{{ relation.identifier }}_rejects
    select
        {{ file_number('scans.file_path', files) }} as file_id,
        errors.line as line_number,
        min(case when errors.error_type = 'INVALID ENCODING' then 'not UTF-8' else 'unreadable' end) as reason,
        ltrim(min(errors.csv_line), chr(13) || chr(10)) as raw_line
    from {{ reader }}_reject_errors as errors
    inner join {{ reader }}_reject_scans as scans
        on errors.scan_id = scans.scan_id
            and errors.file_id = scans.file_id
    where errors.scan_id = (select max(scan_id) from {{ reader }}_reject_errors)
    group by all;
    {%- endfor %}
{%- endmacro %}
