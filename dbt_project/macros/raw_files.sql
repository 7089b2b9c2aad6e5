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
    {%- set is_whole = folder.startswith('/') or (target.type == 'spark' and '://' in folder) -%}
    {{ return(folder if is_whole else './' ~ folder.removeprefix('./')) }}
{%- endmacro %}

{% macro demo_folder() -%}
    {{ return(folder_setting('DEMO', 'warehouse/demo') ~ '/' ~ source_name()) }}
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

{# True where a name ends, or begins, in one of several ways. #}
{% macro ends_in(name, endings) -%}
    {{ return(modules.re.search('(' ~ endings | join('|') | replace('.', '[.]') ~ ')\\Z', name) is not none) }}
{%- endmacro %}

{% macro begins_with(name, prefixes) -%}
    {{ return(modules.re.match('(' ~ prefixes | join('|') ~ ')', name) is not none) }}
{%- endmacro %}

{# Sorted paths of a folder's files of a kind of `raw_file_kinds`, plain or with .gz, hidden ones left out. #}
{% macro raw_files_in(folder, kind) -%}
    {%- set chosen, paths = raw_file_kinds()[kind], [] -%}
    {%- for path in (files_in(folder) | sort(case_sensitive=true) if execute else []) -%}
        {%- if begins_with(file_name(path), chosen['prefixes']) and ends_in(path, with_gz([chosen])) -%}
            {%- do paths.append(path) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(readable_paths(paths)) }}
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
    {%- set others, found, named = raw_file_kinds().values() | map(attribute='prefixes') | sum(start=[]), [], [] -%}
    {%- for path in files_in(folder, with_folders=true) -%}
        {%- set name = path[folder | length + 1:] -%}
        {%- do found.append({'file': path, 'name': name}) -%}
        {%- if name.endswith('.zip') -%}
            {%- set content = unpacked_folder() ~ '/' ~ md5_of_file(path) -%}
            {%- for inner in files_in(content, with_folders=true) -%}
                {%- do found.append({'file': inner, 'name': name ~ inner[content | length:]}) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for file in found | sort(attribute='name', case_sensitive=true) -%}
        {%- set is_hidden = modules.re.search('(^|/)[.]', file['name']) -%}
        {%- set is_log = modules.re.fullmatch('([^./][^/]*/)*[.]scrobbler[.]log', file['name']) -%}
        {%- if ends_in(file['name'], event_endings()) and not begins_with(file['name'], others) and (is_log or not is_hidden) -%}
            {%- do named.append(file) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do readable_paths(named | map(attribute='file') | list) -%}
    {{ return(named) }}
{%- endmacro %}

{#
Names of the formats of files, none for a file that tells nothing: the first of `formats` whose `start` its first 10,000
characters have, or else the one that most of its first 1,000 lines fit, the first among equals.
models_py/sources/formats.py tells formats in the same way.
#}
{% macro formats_of(files) -%}
    {%- set names = [] -%}
    {%- for file in files -%}
        {%- set lines = first_lines(file, 1000) -%}
        {%- set text = first_characters(file, lines, 10000) -%}
        {%- set best = namespace(name=none, count=0) -%}
        {%- for name, format in var('formats').items() -%}
            {%- set fitting = namespace(count=10000 if 'start' in format and modules.re.match(format['start'], text) else 0) -%}
            {%- for line in (lines if 'line' in format else []) if modules.re.fullmatch(format['line'], line) -%}
                {%- set fitting.count = fitting.count + 1 -%}
            {%- endfor -%}
            {%- if fitting.count > best.count -%}
                {%- set best.name, best.count = name, fitting.count -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do names.append(best.name) -%}
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
    {%- set remembered = remembered_text() -%}
    {%- if remembered -%}{{ return(fromjson(remembered)) }}{%- endif -%}
    {%- set files = event_files_in(folder_setting('RAW', 'warehouse/raw')) or event_files_in(demo_folder()) -%}
    {%- do remember_text(tojson(files)) -%}
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
    {%- set path = folder_setting('FEEDBACK', 'warehouse/feedback.csv') -%}
    {{ return(path if execute and file_exists(path) else none) }}
{%- endmacro %}

{# One row per entry of the feedback file, in order; models_py/sources/feedback.py reads it in the same way. #}
{% macro read_feedback() -%}
    {%- set file, names = feedback_file(), ['user_id', 'item_type', 'artist', 'title', 'feedback', 'given_on'] -%}
    select
        entry_number,
        user_id,
        item_type,
        artist,
        coalesce(title, '') as title,
        feedback,
        cast(given_on as date) as given_on
    from (
        {%- if file %}
        {{ read_csv_texts(file, names, 'entry_number') }}
        {%- else %}
        select
            cast(null as bigint) as entry_number
            {%- for name in names %},
            cast(null as string) as {{ name }}
            {%- endfor %}
        where false
        {%- endif %}
    ) as entries
{%- endmacro %}

{# The first line of a file, split at commas: the names of a CSV file's columns, in lower case. #}
{% macro csv_header(file) -%}
    {%- set lines = first_lines(file, 1) -%}
    {{ return(lines[0].lower().split(',') if lines else []) }}
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
    {%- if target.type == 'duckdb' -%}
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
