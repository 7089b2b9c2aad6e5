{# Where raw lines come from. SOURCE names the format, RAW the folder; with no event file there, the demo is read. #}
{% macro source_name() -%}
    {%- set name = env_var('SOURCE', '') or '1k' -%}
    {%- if name not in ('1k', '360k') -%}
        {{ exceptions.raise_compiler_error("SOURCE is '" ~ name ~ "'; set it to 1k (plays with times) or 360k (play counts).") }}
    {%- endif -%}
    {{ return(name) }}
{%- endmacro %}

{#
A folder of raw files as the setting gives it. With './' a relative path stays a name: DuckDB would read '~' at its start
as the home folder and 's3:' as an address. It reads a backslash as a slash wherever that stands.
#}
{% macro folder_setting(setting, default) -%}
    {%- set folder = env_var(setting, '') or default -%}
    {%- if '\\' in folder -%}
        {{ exceptions.raise_compiler_error(
            setting ~ " is " ~ folder ~ ", whose backslash DuckDB reads as a slash: rename the folder, or name another."
        ) }}
    {%- endif -%}
    {{ return(folder if folder.startswith('/') else './' ~ folder.removeprefix('./')) }}
{%- endmacro %}

{% macro demo_folder() -%}
    {{ return(folder_setting('DEMO', 'warehouse/demo') ~ '/' ~ source_name()) }}
{%- endmacro %}

{# A path as a literal for `glob` and `read_csv` that matches nothing else: they take [, * and ? for patterns. #}
{% macro literal_path(path) -%}
    {{ return(literal_text(modules.re.sub('([\\[*?])', '[\\1]', path))) }}
{%- endmacro %}

{% macro literal_text(text) -%}
    {{ return("'" ~ text | replace("'", "''") ~ "'") }}
{%- endmacro %}

{% macro file_name(path) -%}
    {{ return(path.split('/') | last) }}
{%- endmacro %}

{# Kinds of raw files beside event files: how their names begin and end. models_py/settings/environment.py tells them apart in the same way. #}
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
            select file, regexp_extract(file, '[^/]*$') as name
            from glob({{ literal_path(folder) ~ " || '/*'" }})
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
    {%- set files = run_query(query).columns[0].values() | list -%}
    {%- for file in files if '\\' in file -%}
        {{ exceptions.raise_compiler_error(
            file ~ " has a name whose backslash DuckDB reads as a slash: rename it."
        ) }}
    {%- endfor -%}
    {{ return(files) }}
{%- endmacro %}

{% macro raw_folder() -%}
    {%- set raw = folder_setting('RAW', 'warehouse/raw') -%}
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
            {{ literal_path(file) }}, columns = {'line': 'varchar'}, delim = e'\x01\x02\x03\x04',
            quote = '', escape = '', header = false, auto_detect = false, ignore_errors = true,
            hive_partitioning = false
        )
        limit 1
    {%- endset -%}
    {%- set lines = run_query(query).columns[0].values() -%}
    {{ return((lines[0] or '').lower().split(',') if lines else []) }}
{%- endmacro %}

{# A file's number in a list of files, from 1, by its path as the reader gives it. #}
{% macro file_number(path, files) -%}
    cast(list_position([{% for file in files %}{{ literal_text(file) }}{{ ', ' if not loop.last }}{% endfor %}], {{ path }}) as integer)
{%- endmacro %}

{#
One row per line of the given files, in file order, as (file_id, line); files are numbered in the order given, from 1.
The delimiter is four control bytes that no line holds, so that the reader splits nothing and every line
arrives whole, whatever its number of fields; lines that are not UTF-8 go to the reader's reject tables. Those have names
of the model's own: models that read at the same time mix up their rejects in tables of the same name. A folder such as
`line=5` is a name as well, which the reader would otherwise add as a column.
#}
{% macro read_lines(files) -%}
    {%- if files -%}
    select
        {{ file_number('filename', files) }} as file_id,
        line
    from read_csv(
        [{% for file in files %}{{ literal_path(file) }}{{ ', ' if not loop.last }}{% endfor %}],
        columns = {'line': 'varchar'}, delim = e'\x01\x02\x03\x04', quote = '', escape = '', header = false,
        auto_detect = false, strict_mode = true, filename = true, hive_partitioning = false, store_rejects = true,
        rejects_table = '{{ this.identifier }}_reject_errors', rejects_scan = '{{ this.identifier }}_reject_scans'
    )
    {%- else -%}
    select
        cast(null as integer) as file_id,
        cast(null as varchar) as line
    where false
    {%- endif -%}
{%- endmacro %}

{#
Runs while the project is read: a warehouse whose file has the name of a schema inside it, or of a database that DuckDB
always has, cannot be queried, nor one that dbt calls otherwise. models_py/settings/paths.py refuses the same names.
#}
{% macro require_warehouse_name() -%}
    {%- set name = file_name(target.path).lstrip('.').split('.')[0].split('?')[0] -%}
    {%- set schemas = ['marts', 'staging', 'intermediate', 'recommender'] -%}
    {%- if name | lower in schemas + ['information_schema', 'pg_catalog', 'main', 'system', 'temp'] -%}
        {{ exceptions.raise_compiler_error(
            "WAREHOUSE is " ~ target.path ~ ", but '" ~ name ~ "' is also the name of a schema or database inside the file:"
            ~ " choose another name, such as music.duckdb."
        ) }}
    {%- elif target.database != name and target.database != 'memory' -%}
        {{ exceptions.raise_compiler_error(
            "WAREHOUSE is " ~ target.path ~ "; choose a path without quotes, #, ?, ; and line ends,"
            ~ " and no blanks around the name."
        ) }}
    {%- endif -%}
{%- endmacro %}

{# Runs first: without raw data nothing can be built, and one sentence says what to do. #}
{% macro require_raw_files() -%}
    {%- if execute and flags.WHICH in ('build', 'run') and not flags.EMPTY and not raw_files_in(raw_folder(), 'events') -%}
        {{ exceptions.raise_compiler_error(
            "There is no event file (.tsv or .tsv.gz) in " ~ folder_setting('RAW', 'warehouse/raw')
            ~ " and no demo in " ~ demo_folder() ~ ": put the raw files there, or run `make demo`."
        ) }}
    {%- endif -%}
{%- endmacro %}
