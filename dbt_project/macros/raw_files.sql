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

{# Kinds of raw files beside event files: how their names begin and end. models_py/settings.py tells them apart in the same way. #}
{% macro raw_file_kinds() -%}
    {{ return({
        'profiles': {'prefixes': ['userid-profile', 'usersha1-profile'], 'ending': '.tsv'},
        'artist_tags': {'prefixes': ['artist-tags'], 'ending': '.tsv'},
        'recording_features': {'prefixes': ['recording-features'], 'ending': '.csv'},
    }) }}
{%- endmacro %}

{# Sorted paths of a folder's files of one kind, plain or with .gz, hidden ones left out; 'events' are the .tsv files of no other kind. #}
{% macro raw_files_in(folder, kind) -%}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- set kinds = raw_file_kinds() -%}
    {%- set chosen = [kinds[kind]] if kind in kinds else kinds.values() | list -%}
    {%- set ending = kinds[kind]['ending'] if kind in kinds else '.tsv' -%}
    {%- set query -%}
        select file
        from (
            select file, parse_filename(file) as name
            from glob('{{ folder | replace("'", "''") }}/*')
        )
        where (name like '%{{ ending }}' or name like '%{{ ending }}.gz')
            and name not like '.%'
            and {{ '' if kind in kinds else 'not' }} (
                false
                {%- for prefix in chosen | map(attribute='prefixes') | sum(start=[]) %}
                or name like '{{ prefix }}%'
                {%- endfor %}
            )
        order by name
    {%- endset -%}
    {{ return(run_query(query).columns[0].values() | list) }}
{%- endmacro %}

{% macro raw_folder() -%}
    {%- set raw = env_var('RAW', '') or 'warehouse/raw' -%}
    {{ return(raw if raw_files_in(raw, 'events') else demo_folder()) }}
{%- endmacro %}

{% macro event_files(source) -%}
    {{ return(raw_files_in(raw_folder(), 'events') if source == source_name() else []) }}
{%- endmacro %}

{% macro profile_files() -%}
    {{ return(raw_files_in(raw_folder(), 'profiles')) }}
{%- endmacro %}

{% macro artist_tag_files() -%}
    {{ return(raw_files_in(raw_folder(), 'artist_tags')) }}
{%- endmacro %}

{% macro recording_feature_files() -%}
    {{ return(raw_files_in(raw_folder(), 'recording_features')) }}
{%- endmacro %}

{# The first line of a file, split at commas: the names of a CSV file's columns, in lower case. #}
{% macro csv_header(file) -%}
    {%- set query -%}
        select line
        from read_csv(
            '{{ file | replace("'", "''") }}', columns = {'line': 'varchar'}, delim = e'\x01\x02\x03\x04',
            quote = '', escape = '', header = false, auto_detect = false, ignore_errors = true
        )
        limit 1
    {%- endset -%}
    {%- set lines = run_query(query).columns[0].values() -%}
    {{ return((lines[0] or '').lower().split(',') if lines else []) }}
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
    {%- if execute and flags.WHICH in ('build', 'run') and not flags.EMPTY and not raw_files_in(raw_folder(), 'events') -%}
        {{ exceptions.raise_compiler_error(
            "There is no event file (.tsv or .tsv.gz) in " ~ (env_var('RAW', '') or 'warehouse/raw')
            ~ " and no demo in " ~ demo_folder() ~ ": put the raw files there, or run `make demo`."
        ) }}
    {%- endif -%}
{%- endmacro %}
