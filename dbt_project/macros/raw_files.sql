{# Where raw lines come from. SOURCE names the format, RAW the folder; with no event file there, the demo is read. #}
{% macro source_name() -%}
    {%- set name = env_var('SOURCE', '') or '1k' -%}
    {%- if name not in ('1k', '360k') -%}
        {{ exceptions.raise_compiler_error("SOURCE is '" ~ name ~ "'; set it to 1k (plays with times) or 360k (play counts).") }}
    {%- endif -%}
    {{ return(name) }}
{%- endmacro %}

{% macro demo_folder() -%}
    {{ return((env_var('DEMO', '') or 'warehouse/demo') ~ '/' ~ source_name()) }}
{%- endmacro %}

{# Sorted paths of the .tsv and .tsv.gz files of a folder, hidden ones left out: profiles, or all the others (event files). #}
{% macro raw_files_in(folder, profiles) -%}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- set query -%}
        select file
        from (
            select file, parse_filename(file) as name
            from glob('{{ folder | replace("'", "''") }}/*')
        )
        where (name like '%.tsv' or name like '%.tsv.gz')
            and name not like '.%'
            and {{ '' if profiles else 'not' }} (name like 'userid-profile%' or name like 'usersha1-profile%')
        order by name
    {%- endset -%}
    {{ return(run_query(query).columns[0].values() | list) }}
{%- endmacro %}

{% macro raw_folder() -%}
    {%- set raw = env_var('RAW', '') or 'warehouse/raw' -%}
    {{ return(raw if raw_files_in(raw, false) else demo_folder()) }}
{%- endmacro %}

{% macro event_files(source) -%}
    {{ return(raw_files_in(raw_folder(), false) if source == source_name() else []) }}
{%- endmacro %}

{% macro profile_files() -%}
    {{ return(raw_files_in(raw_folder(), true)) }}
{%- endmacro %}

{# A file's number in a list of files, from 1, by its path as the reader gives it. #}
{% macro file_number(path, files) -%}
    cast(list_position([{% for file in files %}'{{ file.split('/') | last | replace("'", "''") }}'{{ ', ' if not loop.last }}{% endfor %}], parse_filename({{ path }})) as integer)
{%- endmacro %}

{#
One row per line of the given files, in file order, as (file_id, line); files are numbered in the order given, from 1.
The delimiter is four control bytes that no line holds, so that the reader splits nothing and every line
arrives whole, whatever its number of fields; lines that are not UTF-8 go to the reader's reject tables. Those have names
of the model's own: models that read at the same time mix up their rejects in tables of the same name.
#}
{% macro read_lines(files) -%}
    {%- if files -%}
    select
        {{ file_number('filename', files) }} as file_id,
        line
    from read_csv(
        [{% for file in files %}'{{ file | replace("'", "''") }}'{{ ', ' if not loop.last }}{% endfor %}],
        columns = {'line': 'varchar'}, delim = e'\x01\x02\x03\x04', quote = '', escape = '', header = false,
        auto_detect = false, strict_mode = true, filename = true, store_rejects = true,
        rejects_table = '{{ this.identifier }}_reject_errors', rejects_scan = '{{ this.identifier }}_reject_scans'
    )
    {%- else -%}
    select
        cast(null as integer) as file_id,
        cast(null as varchar) as line
    where false
    {%- endif -%}
{%- endmacro %}

{# Runs first: without raw data nothing can be built, and one sentence says what to do. #}
{% macro require_raw_files() -%}
    {%- if execute and flags.WHICH in ('build', 'run') and not flags.EMPTY and not raw_files_in(raw_folder(), false) -%}
        {{ exceptions.raise_compiler_error(
            "There is no event file (.tsv or .tsv.gz) in " ~ (env_var('RAW', '') or 'warehouse/raw')
            ~ " and no demo in " ~ demo_folder() ~ ": put the raw files there, or run `make demo`."
        ) }}
    {%- endif -%}
{%- endmacro %}
