{#
What people's own exports share: fields in an order of their own, a person whom the file or the folder names, and times
that are written in several ways.
#}

{#
One row per line of the event files of a format, split into fields at its separator, as (file_id, line, fields). At commas
a field in quotes is one.
#}
{% macro read_event_fields(format) -%}
    {%- set separator = var('formats')[format].get('separator', '\t') -%}
    select
        file_id,
        line,
        {% if separator == ',' -%}
        {{ matches_of("line || ','", '("(?:[^"]|"")*"|[^,]*),') }} as fields
        {%- else -%}
        {{ split_text('line', separator) }} as fields
        {%- endif %}
    from ({{ read_event_lines(format) }}) as lines
{%- endmacro %}

{# A field of a format by the name of its column, without blanks around it and quotes; null where the format lacks it. #}
{% macro export_field(format, column) -%}
    {%- set columns = var('formats')[format]['columns'] -%}
    {%- if column not in columns -%}
        cast(null as string)
    {%- else -%}
        {%- set found = nth(columns.index(column) + 1) -%}
        {{ unquoted(found) if var('formats')[format].get('separator') == ',' else trimmed(found) }}
    {%- endif -%}
{%- endmacro %}

{% macro unquoted(field) -%}
    {%- set content -%}
        case
            when {{ field }} like '"%"' then replace(substr({{ field }}, 2, length({{ field }}) - 2), '""', '"')
            else {{ field }}
        end
    {%- endset -%}
    {{ trimmed(content) }}
{%- endmacro %}

{#
The canonical lines of a format whose lines are fields in an order of their own: of `lines` with `fields`, or else of its
files as they are.
#}
{% macro canonical_export(format, lines=none) -%}
    {%- set columns = var('formats')[format]['columns'] -%}
    select
        {{ key_columns(canonical_columns()) }}
    from (
        select
            file_id,
            {{ person(export_field(format, 'user')) }} as user_id,
            {{ export_field(format, 'uts') }} as seconds_text,
            {{ export_field(format, 'time') }} as time_text,
            {{ export_time('seconds_text', 'time_text') }} as played_at,
            cast(1 as bigint) as play_count,
            coalesce({{ export_field(format, 'artist_mbid') }}, '') as artist_mbid,
            {{ export_field(format, 'artist') }} as artist_name,
            coalesce({{ export_field(format, 'track_mbid') }}, '') as track_mbid,
            {{ export_field(format, 'title') }} as track_name,
            case
                when line is null then 'blank line'
                when {{ count_of('fields') }} != {{ columns | length }} then 'not {{ columns | length }} fields'
                when {{ is_heading("coalesce(seconds_text, time_text)", 'time') }} then 'header'
                when {{ is_without_time('seconds_text', 'time_text') }} then 'now playing'
                when played_at is null then 'unreadable time'
                when {{ is_blank('artist_name') }} then 'no artist name'
            end as reason,
            line as raw_line
        from {{ lines or '(' ~ read_event_fields(format) ~ ') as split_lines' }}
    ) as canonical
{%- endmacro %}

{# The time that a field of seconds since 1970 gives, or a field of text where there are none; null where neither does. #}
{% macro export_time(seconds, text) -%}
    coalesce(
        {{ time_of_seconds(seconds) }},
        {{ time_in(text, ['%d %b %Y, %H:%M', '%d %b %Y %H:%M', '%Y-%m-%d %H:%M:%S', '%Y-%m-%dT%H:%M:%S']) }}
    )
{%- endmacro %}

{# Seconds since 1970, with or without a fraction, as a timestamp; null where a field holds none. #}
{% macro time_of_seconds(field) -%}
    case
        when {{ matches_whole(field, '[0-9]{1,11}([.][0-9]+)?') }}
            then {{ time_of_whole_seconds("cast(split_part(" ~ field ~ ", '.', 1) as bigint)") }}
    end
{%- endmacro %}

{# True for what is playing while it is exported: it has no time, which some programs write as the start of 1970. #}
{% macro is_without_time(seconds, text) -%}
    (
        coalesce(nullif({{ seconds }}, ''), {{ text }}) = ''
        or {{ matches_whole(seconds, '0*([.]0*)?') }}
        or ({{ seconds }} is null and {{ matches_whole(text, '(0?1 Jan 1970|1970-01-01).*') }})
    )
{%- endmacro %}

{# The person whose play a line is: whom the folder names, or the line, or else the file or archive. #}
{% macro person(field) -%}
    {%- set folders, files = [], [] -%}
    {%- for file in recognized_event_files() -%}
        {%- do folders.append(folder_person(file['name'])) -%}
        {%- do files.append(file_person(file)) -%}
    {%- endfor -%}
    coalesce(
        nullif({{ nth('file_id', text_list(folders)) }}, ''),
        nullif({{ field }}, ''),
        {{ nth('file_id', text_list(files)) }}
    )
{%- endmacro %}

{# The first folder of a file's name within RAW; nothing where that is an archive, or there is none. #}
{% macro folder_person(name) -%}
    {%- set first = name.split('/')[0] -%}
    {{ return('' if first == name or first.endswith('.zip') else first) }}
{%- endmacro %}

{# The name of a file in RAW, or of the archive that it lies in, without its endings and, in numbered parts, its numbers. #}
{% macro file_person(file) -%}
    {%- set stem = modules.re.sub('([.]scrobbler)?[.][a-z]+([.]gz)?$', '', file['name'].split('/')[0]) -%}
    {%- if var('formats')[file['format']].get('in_parts') and '/' not in file['name'] -%}
        {%- set stem = modules.re.sub('([_ -]?[(]?[0-9]+[)]?)+$', '', stem) or stem -%}
    {%- endif -%}
    {{ return(stem or 'scrobbler') }}
{%- endmacro %}

{#
True where a play is too short to count, by Last.fm's rule: of a track whose length is known, half or four minutes have
to be played, and the track has to be long enough; of another one so many seconds. Null is what is not known.
#}
{% macro is_too_short(length_seconds, played_seconds) -%}
    coalesce(
        {{ length_seconds }} between 1 and {{ var('min_played_seconds') }} - 1
        or {{ played_seconds }} < case
            when {{ length_seconds }} > 0 then least({{ length_seconds }} / 2, 240)
            else {{ var('min_played_seconds') }}
        end,
        false
    )
{%- endmacro %}

{#
The lines of a relation, each with the number of its copy: 1, but for equal lines of one file that follow each other
directly where times are minutes, as two plays in one minute do; a page that was fetched twice repeats them elsewhere.
#}
{% macro copies_numbered(relation, user_column) -%}
    {%- set same = 'file_id, ' ~ user_column ~ ', played_at, spelling_key' -%}
    select
        runs.*,
        case
            when files.seconds_apart > 1
                then row_number() over (
                    partition by runs.{{ same | replace(', ', ', runs.') }}, runs.run_start order by runs.line_number
                )
            else 1
        end as copy_number
    from (
        select
            *,
            line_number - row_number() over (partition by {{ same }} order by line_number) as run_start
        from {{ relation }}
    ) as runs
    inner join files on runs.file_id = files.file_id
{%- endmacro %}

{# The JSON of a record's columns, for whoever looks at why it is rejected. #}
{% macro record_text(columns) -%}
    {{ json_of(columns) }}
{%- endmacro %}

{# A JSON field as milliseconds; null where it holds no number. #}
{% macro milliseconds(field) -%}
    case when {{ matches_whole(field, '[0-9]{1,12}') }} then cast({{ field }} as bigint) end
{%- endmacro %}

{# The second in which a play began that ended then and lasted so long. #}
{% macro started_at(ended_at, milliseconds) -%}
    {{ milliseconds_before(ended_at, milliseconds) }}
{%- endmacro %}

{# The names of a track's artists in the order given, as a list. #}
{% macro artists_of_track(track) -%}
    {{ json_list(track, '$.artists') }}
{%- endmacro %}

{# Names as one, as music services write them: A, B & C. #}
{% macro joined_artists(artists) -%}
    case
        when {{ count_of(artists) }} > 1
            then {{ list_joined(without_last(artists), ', ') }} || ' & ' || {{ nth(-1, artists) }}
        else {{ nth(1, artists) }}
    end
{%- endmacro %}
