{#
How Apache Spark 4 lists and reads files: those of a file system or object store that every executor sees, by the sources
`binaryFile`, `text` and `csv`.
#}

{# A path between backticks that matches nothing else. #}
{% macro spark_path(path) -%}
    {{ return(modules.re.sub('([][{}*?,\\\\])', '\\\\\\1', path) | replace('`', '``')) }}
{%- endmacro %}

{% macro spark__files_in(folder, with_folders) -%}
    {%- set query -%}
        select path
        from binaryFile.`{{ spark_path(folder) }}` with ('recursiveFileLookup' = '{{ 'true' if with_folders else 'false' }}')
    {%- endset -%}
    {%- set paths = [] -%}
    {%- for path in run_query(query).columns[0].values() -%}
        {%- do paths.append(folder ~ path.split(folder.removeprefix('.'), 1)[1]) -%}
    {%- endfor -%}
    {{ return(paths) }}
{%- endmacro %}

{% macro spark__file_exists(path) -%}
    {%- set query -%}
        select path
        from binaryFile.`{{ spark_path(path.rsplit('/', 1)[0]) }}` with ('pathGlobFilter' = '{{ spark_path(file_name(path)) }}')
    {%- endset -%}
    {{ return(run_query(query).rows | length > 0) }}
{%- endmacro %}

{% macro spark__md5_of_file(path) -%}
    {{ exceptions.raise_compiler_error(path ~ " is an archive, which is not read on Spark: unpack it.") }}
{%- endmacro %}

{% macro spark__remembered_text() -%}
    {%- if run_query("show views like 'event_files_found'").rows -%}
        {%- set found = run_query("select files from event_files_found where run = '" ~ invocation_id ~ "'").rows -%}
        {{ return(found[0][0] if found else none) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{% macro spark__remember_text(text) -%}
    {%- do run_query("create or replace temporary view event_files_found as select '" ~ invocation_id ~ "' as run, "
        ~ literal_text(text) ~ " as files") -%}
{%- endmacro %}

{% macro spark__first_lines(file, number) -%}
    {%- set query = "select value from text.`" ~ spark_path(file) ~ "` where is_valid_utf8(value) limit " ~ number -%}
    {{ return(run_query(query).columns[0].values() | select | list) }}
{%- endmacro %}

{% macro spark__first_characters(file, lines, number) -%}
    {{ return((lines | join('\n'))[:number]) }}
{%- endmacro %}

{% macro spark__read_csv_texts(file, names, number) -%}
    select
        monotonically_increasing_id() + 1 as {{ number }},
        {{ names | join(', ') }}
    from csv.`{{ spark_path(file) }}` with ('header' = 'true', 'multiLine' = 'true', 'escape' = '"')
{%- endmacro %}

{#
Files are told apart by how their addresses end, the longest first: before the folder stands what the file system calls
itself. An address is encoded, in which a plus sign is one.
#}
{% macro spark__read_lines(files, all_files) -%}
    {%- set folder, patterns, by_length = raw_folder(), [], [] -%}
    {%- for file in files -%}
        {%- do patterns.append(spark_path(file[folder | length + 1:])) -%}
        {%- do by_length.append((file | length, file)) -%}
    {%- endfor -%}
    select
        case
            {%- for length, file in by_length | sort(reverse=true) %}
            when endswith(address, {{ literal_text(file.removeprefix('.')) }}) then {{ all_files.index(file) + 1 }}
            {%- endfor %}
        end as file_id,
        line
    from (
        select
            url_decode(replace(_metadata.file_path, '+', '%2B')) as address,
            nullif(value, '') as line
        from text.`{{ spark_path(folder) }}/{{ patterns[0] if patterns | length == 1 else '{' ~ patterns | join(',') ~ '}' }}`
    ) as addressed_lines
{%- endmacro %}

{% macro spark__line_order() -%}
    row_number() over (order by file_id, input_file_block_start(), monotonically_increasing_id())
{%- endmacro %}

{#
A partition holds pieces of files, one after the other, and numbers its rows in the order in which it reads them: the place
of a line is the place of its piece and the line's in the piece.
#}
{% macro spark__places_of_lines() -%}
    input_file_block_start() as piece_starts_at,
        monotonically_increasing_id() as place_in_partition,
{%- endmacro %}

{% macro spark__lines_in_order(relation) -%}
    (
        select
            placed_lines.*,
            pieces.lines_before + placed_lines.place_in_partition - pieces.first_place as position
        from {{ relation }} as placed_lines
        inner join (
            select
                file_id,
                piece_starts_at,
                min(place_in_partition) as first_place,
                sum(count(*)) over (order by file_id, piece_starts_at) - count(*) as lines_before
            from {{ relation }}
            group by file_id, piece_starts_at
        ) as pieces
            on placed_lines.file_id = pieces.file_id
                and placed_lines.piece_starts_at = pieces.piece_starts_at
    )
{%- endmacro %}

{% macro spark__is_decoded(line) -%}
    coalesce(is_valid_utf8({{ line }}), true)
{%- endmacro %}

{% macro spark__decoded(line) -%}
    make_valid_utf8({{ line }})
{%- endmacro %}

{# Lines that are not UTF-8 are rows like others: the table is there, empty, for those who read it. #}
{% macro spark__copy_reader_rejects(relation, files, readers) -%}
    create table if not exists {{ relation.schema }}.{{ relation.identifier }}_rejects (
        file_id integer, line_number bigint, reason string, raw_line string
    ) using parquet
{%- endmacro %}

{#
Records of JSON: one a line, or a list, or a list in one object, which are read whole. What is no record is a row of nulls.
#}
{% macro spark__read_event_records(format, columns, list_of) -%}
    {%- set all_files = recognized_event_files() -%}
    {%- set types = [] -%}
    {%- for name in columns -%}{%- do types.append('`' ~ name ~ '` string') -%}{%- endfor -%}
    {%- set record = 'struct<' ~ types | join(', ') | replace('` string', '`: string') ~ '>' -%}
    {%- set found = all_files | selectattr('format', 'equalto', format) | list -%}
    {%- for file in found %}
    select
        cast({{ all_files.index(file) + 1 }} as integer) as file_id
        {%- for name in columns %},
        record.`{{ name }}` as {{ name | lower }}
        {%- endfor %}
    from (
        {%- if list_of %}
        select explode(from_json(value, 'struct<{{ list_of }}: array<{{ record }}>>').{{ list_of }}) as record
        from text.`{{ spark_path(file['path']) }}` with ('wholetext' = 'true')
        {%- elif (first_lines(file['path'], 1) | first | default('')).lstrip().startswith('[') %}
        select explode(from_json(value, 'array<{{ record }}>')) as record
        from text.`{{ spark_path(file['path']) }}` with ('wholetext' = 'true')
        {%- else %}
        select from_json(value, '{{ record }}') as record
        from text.`{{ spark_path(file['path']) }}`
        where trim(value) <> ''
        {%- endif %}
    ) as records
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        cast(null as integer) as file_id
        {%- for name in columns %},
        cast(null as string) as {{ name | lower }}
        {%- endfor %}
    where false
    {%- endfor %}
{%- endmacro %}
