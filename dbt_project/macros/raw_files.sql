{#
Where raw lines come from. RAW names the folder; with no event file there, the demo of SOURCE is read. SOURCE is also the
format of event files that do not tell theirs.
#}
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

{# How the names of files end, plain or compressed, of kinds or formats that each have an `ending`. #}
{% macro with_gz(kinds) -%}
    {%- set endings = [] -%}
    {%- for ending in kinds | map(attribute='ending') | unique -%}{%- do endings.extend([ending, ending ~ '.gz']) -%}{%- endfor -%}
    {{ return(endings) }}
{%- endmacro %}

{% macro event_endings() -%}
    {{ return(with_gz(var('formats').values())) }}
{%- endmacro %}

{# Refuses a path with a backslash; gives the others. #}
{% macro readable_paths(paths) -%}
    {%- for path in paths if '\\' in path -%}
        {{ exceptions.raise_compiler_error(
            path ~ " has a name whose backslash DuckDB reads as a slash: rename it."
        ) }}
    {%- endfor -%}
    {{ return(paths) }}
{%- endmacro %}

{# Conditions on a name: that it ends or begins in one of several ways. #}
{% macro ends_in(name, endings) -%}
    (false {%- for ending in endings %} or {{ name }} like '%{{ ending }}'{% endfor %})
{%- endmacro %}

{% macro begins_with(name, prefixes) -%}
    (false {%- for prefix in prefixes %} or {{ name }} like '{{ prefix }}%'{% endfor %})
{%- endmacro %}

{# Sorted paths of a folder's files of a kind of `raw_file_kinds`, plain or with .gz, hidden ones left out. #}
{% macro raw_files_in(folder, kind) -%}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- set chosen = raw_file_kinds()[kind] -%}
    {%- set query -%}
        select file
        from (
            select file, regexp_extract(file, '[^/]*$') as name
            from glob({{ literal_path(folder) ~ " || '/*'" }})
        )
        where {{ begins_with('name', chosen['prefixes']) }} and {{ ends_in('name', with_gz([chosen])) }}
        order by name
    {%- endset -%}
    {{ return(readable_paths(run_query(query).columns[0].values() | list)) }}
{%- endmacro %}

{#
Where the content of archives lies, unpacked by `make` (models_py/sources/archives.py): for each, a folder that is called
as the MD5 of the archive.
#}
{% macro unpacked_folder() -%}
    {{ return(folder_setting('UNPACKED', 'warehouse/unpacked')) }}
{%- endmacro %}

{#
Files that may hold plays, by their names, sorted: those of a folder itself, and those of folders and archives in it, each
with its name within the folder. models_py/sources/folder.py lists the same.
#}
{% macro event_file_candidates(folder) -%}
    {%- set others = raw_file_kinds().values() | map(attribute='prefixes') | sum(start=[]) -%}
    {%- set archives = run_query("select file from glob(" ~ literal_path(folder) ~ " || '/**/*') where file like '%.zip'") -%}
    {%- set unpacked = [] -%}
    {%- for archive in archives.columns[0].values() -%}
        {%- set md5 = run_query("select md5(content) from read_blob(" ~ literal_path(archive) ~ ")").rows[0][0] -%}
        {%- do unpacked.append((archive, unpacked_folder() ~ '/' ~ md5)) -%}
    {%- endfor -%}
    {%- set query -%}
        with found as (
            select file, substr(file, {{ folder | length + 2 }}) as name
            from glob({{ literal_path(folder) }} || '/**/*')
            {%- for archive, content in unpacked %}
            union all
            select file, {{ literal_text(archive[folder | length + 1:]) }} || substr(file, {{ content | length + 1 }}) as name
            from glob({{ literal_path(content) }} || '/**/*')
            {%- endfor %}
        )
        select file, name from found
        where {{ ends_in('name', event_endings()) }}
            and not {{ begins_with('name', others) }}
            and (not regexp_matches(name, '(^|/)[.]') or regexp_full_match(name, '([^./][^/]*/)*[.]scrobbler[.]log'))
        order by name
    {%- endset -%}
    {%- set files = run_query(query).rows | list -%}
    {%- do readable_paths(files | map(attribute='file') | list) -%}
    {{ return(files) }}
{%- endmacro %}

{#
Names of the formats of files, none for a file that tells nothing: the first of `formats` whose `start` its first 10,000
characters have, or else the one that most of its first 1,000 lines fit, the first among equals.
models_py/sources/formats.py tells formats in the same way.
#}
{% macro formats_of(files) -%}
    {%- set names = [] -%}
    {%- for file in files -%}
        {%- set query -%}
            with lines as ({{ first_lines(file, 1000) }}),
            beginning as (
                {{ first_characters(file, 10000) }}
            )
            select
                {%- for format in var('formats').values() %}
                {% if 'start' in format -%}
                coalesce((select regexp_matches(text, {{ literal_text('^' ~ format['start']) }}) from beginning), false)::int * 10000
                {%- else -%}
                (select count(*) from lines where regexp_full_match(line, {{ literal_text(format['line']) }}))
                {%- endif %}
                {{- ',' if not loop.last }}
                {%- endfor %}
        {%- endset -%}
        {%- set counts = run_query(query).rows[0].values() | list -%}
        {%- do names.append((var('formats') | list)[counts.index(counts | max)] if counts | max else none) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{#
The event files of a folder in order of name, each as {'path': ..., 'name': ..., 'format': ...}. A .tsv file of the folder
itself that tells nothing is read as the first file that does, and as SOURCE says where none does. Any other is an event
file only if it tells its format, and in folders and archives only one of a single person.
#}
{% macro event_files_in(folder) -%}
    {%- set candidates, recognized = event_file_candidates(folder), [] -%}
    {%- set names = formats_of(candidates | map(attribute='file') | list) -%}
    {%- set otherwise = names | select | first | default('lastfm_' ~ source_name()) -%}
    {%- for file in candidates -%}
        {%- set path, name, told = file['file'], file['name'], names[loop.index0] -%}
        {%- set is_plain = '/' not in name and (name.endswith('.tsv') or name.endswith('.tsv.gz')) -%}
        {%- if told and ('/' not in name or var('formats')[told]['is_personal']) or is_plain -%}
            {%- do recognized.append({'path': path, 'name': name, 'format': told or otherwise}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(recognized) }}
{%- endmacro %}

{#
The event files of this load: those of RAW, or of the demo where it holds none. Looking at them takes as long as many
models, so what was found is kept in memory until dbt ends.
#}
{% macro recognized_event_files() -%}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- if run_query("select 1 from duckdb_databases() where database_name = 'event_files'").rows -%}
        {%- set found = run_query("select files from event_files.main.found where run = '" ~ invocation_id ~ "'").rows -%}
        {%- if found -%}{{ return(fromjson(found[0][0])) }}{%- endif -%}
    {%- endif -%}
    {%- set files = event_files_in(folder_setting('RAW', 'warehouse/raw')) or event_files_in(demo_folder()) -%}
    {%- do run_query("attach if not exists ':memory:' as event_files (read_write)") -%}
    {%- do run_query("create or replace table event_files.main.found as select '" ~ invocation_id ~ "' as run, "
        ~ literal_text(tojson(files)) ~ " as files") -%}
    {{ return(files) }}
{%- endmacro %}

{# The folder of this load's other raw files. #}
{% macro raw_folder() -%}
    {%- set files = recognized_event_files() -%}
    {%- set is_demo = files and files[0]['path'].startswith(demo_folder() ~ '/') -%}
    {{ return(demo_folder() if is_demo else folder_setting('RAW', 'warehouse/raw')) }}
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

{# The feedback file, or nothing where there is none. #}
{% macro feedback_file() -%}
    {%- if not execute -%}{{ return(none) }}{%- endif -%}
    {%- set path = folder_setting('FEEDBACK', 'warehouse/feedback.csv') -%}
    {{ return(path if run_query("select 1 from glob(" ~ literal_path(path) ~ ")").rows | length else none) }}
{%- endmacro %}

{# One row per entry of the feedback file, in order; models_py/sources/feedback.py reads it in the same way. #}
{% macro read_feedback() -%}
    {%- set file = feedback_file() -%}
    select
        {{ 'row_number() over ()' if file else 'cast(null as bigint)' }} as entry_number,
        user_id,
        item_type,
        artist,
        coalesce(title, '') as title,
        feedback,
        cast(given_on as date) as given_on
    {%- set names = ['user_id', 'item_type', 'artist', 'title', 'feedback', 'given_on'] %}
    {%- if file %}
    from read_csv(
        {{ literal_path(file) }},
        columns = { {%- for name in names %}'{{ name }}': 'varchar'{{ ', ' if not loop.last }}{% endfor -%} },
        delim = ',', quote = '"', escape = '"', header = true, auto_detect = false, hive_partitioning = false
    )
    {%- else %}
    from (select {% for name in names %}cast(null as varchar) as {{ name }}{{ ', ' if not loop.last }}{% endfor %})
    where false
    {%- endif -%}
{%- endmacro %}

{# The first lines of a file that can be read at all, as a query with one column `line`. #}
{% macro first_lines(file, number) -%}
    select line
    from read_csv(
        {{ literal_path(file) }}, columns = {'line': 'varchar'}, delim = e'\x01\x02\x03\x04',
        quote = '', escape = '', header = false, auto_detect = false, ignore_errors = true,
        hive_partitioning = false
    )
    limit {{ number }}
{%- endmacro %}

{#
The first characters of a file, as a query on `lines` with one column `text`. A file of one line, longer than the reader
of lines takes, is read whole; that of a file whose name is no JSON's is not looked at.
#}
{% macro first_characters(file, number) -%}
    {%- set is_one_line = file.endswith('.json') and not run_query(first_lines(file, 1)).rows -%}
    {%- if is_one_line -%}
    select substr(content, 1, {{ number }}) as text
    from read_text({{ literal_path(file) }})
    {%- else -%}
    select substr(string_agg(line, chr(10)), 1, {{ number }}) as text
    from lines
    {%- endif -%}
{%- endmacro %}

{# The first line of a file, split at commas: the names of a CSV file's columns, in lower case. #}
{% macro csv_header(file) -%}
    {%- set lines = run_query(first_lines(file, 1)).columns[0].values() -%}
    {{ return((lines[0] or '').lower().split(',') if lines else []) }}
{%- endmacro %}

{# A file's number in a list of files, from 1, by its path as the reader gives it. #}
{% macro file_number(path, files) -%}
    cast(list_position([{% for file in files %}{{ literal_text(file) }}{{ ', ' if not loop.last }}{% endfor %}], {{ path }}) as integer)
{%- endmacro %}

{#
One row per line of the given files, in file order, as (file_id, line); files are numbered by their place among
`all_files`, from 1.
The delimiter is four control bytes that no line holds, so that the reader splits nothing and every line
arrives whole, whatever its number of fields; lines that are not UTF-8 go to the reader's reject tables. Those have names
of the model's own: models that read at the same time mix up their rejects in tables of the same name. A folder such as
`line=5` is a name as well, which the reader would otherwise add as a column.
#}
{% macro read_lines(files, all_files) -%}
    {%- if files -%}
    select
        {{ file_number('filename', all_files or files) }} as file_id,
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

{# The same of the event files of one format, which are numbered among all event files. #}
{% macro read_event_lines(format) -%}
    {%- set files = recognized_event_files() -%}
    {{ read_lines(
        files | selectattr('format', 'equalto', format) | map(attribute='path') | list,
        files | map(attribute='path') | list
    ) }}
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
    {%- if execute and flags.WHICH in ('build', 'run') and not flags.EMPTY and not recognized_event_files() -%}
        {{ exceptions.raise_compiler_error(
            "There is no event file (" ~ event_endings() | join(' or ') ~ ") in " ~ folder_setting('RAW', 'warehouse/raw')
            ~ " and no demo in " ~ demo_folder() ~ ": put the raw files there, or run `make demo`."
        ) }}
    {%- endif -%}
{%- endmacro %}
