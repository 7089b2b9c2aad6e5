{#
True where a field holds nothing but control characters and blanks. Looking for anything else ends at the first letter:
1.2 s of CPU for 19 million fields, where trimming took 45 s and a pattern of the whole field 5 s.
#}
{% macro is_blank(field) -%}
    (not {{ matches_in(field, '[^\\x{00}-\\x{20}\\x{7f}-\\x{a0}\\x{3000}]') }})
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

{# The same for a model that reads canonical lines. #}
{% macro copy_event_rejects(relation) -%}
    {%- set files, readers = recognized_event_files(), [] -%}
    {%- for format in files | map(attribute='format') | unique if 'line' in var('formats')[format] -%}
        {%- do readers.append('stg_' ~ format ~ '__canonical_lines') -%}
    {%- endfor -%}
    {{ copy_reader_rejects(relation, files | map(attribute='path') | list, readers) }}
{%- endmacro %}

{# The shape that the staging of each format ends in. #}
{% macro canonical_columns() -%}
    {{ return([
        'file_id', 'user_id', 'played_at', 'play_count', 'artist_mbid', 'artist_name', 'track_mbid', 'track_name', 'reason', 'raw_line'
    ]) }}
{%- endmacro %}

{# One row per line of every event file, whatever its format, in the shape that the staging of each format ends in. #}
{% macro canonical_lines() -%}
    {#- dbt learns what depends on what where nothing is executed, and no file is known -#}
    {%- set formats = recognized_event_files() | map(attribute='format') | unique | list -%}
    {%- for format in formats or var('formats') %}
    select
        {{ key_columns(canonical_columns()) }}
    from {{ ref('stg_' ~ format ~ '__canonical_lines') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# One row per artist of a list in which some format gives the artists of a track. #}
{% macro artist_lists() -%}
    {%- set formats = recognized_event_files() | map(attribute='format') | list -%}
    {%- set chosen = [] -%}
    {%- for name, format in var('formats').items() if format.get('has_artist_lists') and (name in formats or not execute) -%}
        {%- do chosen.append(name) -%}
    {%- endfor -%}
    {%- for name in chosen %}
    select * from {{ ref('stg_' ~ name ~ '__artist_lists') }}
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        cast(null as string) as artist_name,
        cast(null as bigint) as position,
        cast(null as string) as credited_name
    where false
    {%- endfor %}
{%- endmacro %}

{# What is read and is no play all the same: counts of the audit, each with the reason that staging gives. #}
{% macro uncounted_plays() -%}
    {{ return({'skipped': 'skipped', 'too_short': 'too short', 'not_music': 'not music'}) }}
{%- endmacro %}

{# True for the reasons of lines that cannot be read as plays. #}
{% macro is_rejected(reason) -%}
    ({{ reason }} is not null and {{ reason }} not in ('{{ uncounted_plays().values() | join("', '") }}'))
{%- endmacro %}

{# The time of the load in UTC: when this run of dbt started, the same for all of its models. #}
{% macro load_time() -%}
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp)
{%- endmacro %}

{# A dbt var as a timestamp; null where it is not set. #}
{% macro timestamp_var(name) -%}
    cast({{ "null" if var(name) is none else "'" ~ var(name) ~ "'" }} as timestamp)
{%- endmacro %}

{#
True where a field is what headers call a column of this kind, in any case and with any signs between the letters.
#}
{% macro is_heading(field, kind) -%}
    {%- set headings = {
        'user': [
            'id', 'uid', 'user', 'userid', 'username', 'userhash', 'usersha', 'usersha1', 'usermboxsha1', 'login', 'listener'
        ],
        'time': [
            'timestamp', 'time', 'datetime', 'date', 'playedat', 'listenedat', 'utctime', 'utctimestamp', 'timestamputc', 'uts'
        ],
        'plays': [
            'plays', 'playcount', 'playcounts', 'nplays', 'totalplays', 'totalartistplays', 'count', 'counts', 'listens',
            'listencount', 'scrobbles', 'weight'
        ],
        'tag': ['tag', 'tags', 'tagname', 'genre'],
        'gender': ['gender', 'sex'],
        'age': ['age', 'years'],
        'country': ['country', 'countryname', 'location'],
        'registered': ['registered', 'registeredon', 'registration', 'registrationdate', 'signup', 'signupdate', 'joined'],
    } -%}
    {{ is_among(matches_replaced('lower(' ~ field ~ ')', '[^a-z0-9]', ''), headings[kind]) }}
{%- endmacro %}

{# A field of a profile with its blanks made single spaces; null where it is blank or a word for 'nothing'. #}
{% macro given(field) -%}
    case
        when lower({{ tidy_name(field) }}) not in ('', '-', '?', '\n', 'n/a', 'nan', 'none', 'null', 'unknown')
            then {{ tidy_name(field) }}
    end
{%- endmacro %}

{# One spelling per gender: 'm' and 'f', in small letters any other. #}
{% macro gender_level(gender) -%}
    case
        when lower({{ gender }}) in ('m', 'male', 'man') then 'm'
        when lower({{ gender }}) in ('f', 'female', 'woman') then 'f'
        else lower({{ gender }})
    end
{%- endmacro %}

{# A field as a whole number; null where it is none. Programs that have gaps in a column write 12 as 12.0. #}
{% macro whole_number(field) -%}
    case when {{ matches_whole(field, ' *[0-9]{1,9}([.]0+)? *') }} then cast({{ field }} as bigint) end
{%- endmacro %}

{# A field as a date in a form that has one meaning: the month by its name, or the year first; null where it has none. #}
{% macro date_in(field) -%}
    {%- set spaced = matches_replaced(field, '[ ,./-]+', ' ') -%}
    {%- set date = match_in(
        trimmed(matches_replaced(spaced, '(?i)\\b(sep)t\\b', '$1')),
        '^([A-Za-z]+ [0-9]{1,2} [0-9]{4}|[0-9]{1,2} [A-Za-z]+ [0-9]{4}|[0-9]{4} [0-9]{1,2} [0-9]{1,2})([T ][0-9:].*)?$'
    ) -%}
    cast({{ time_in(date, ['%b %d %Y', '%B %d %Y', '%d %b %Y', '%d %B %Y', '%Y %m %d']) }} as date)
{%- endmacro %}

{# True for a user of the published 1K data: user_000001 to user_001000. #}
{% macro is_user_of_published_1k(field) -%}
    ({{ field }} <> 'user_000000' and {{ matches_whole(field, 'user_(000[0-9]{3}|001000)') }})
{%- endmacro %}

{#
True for a user that is a date, as some lines of the published 360K file have. Such a field is short and begins with a
digit or a month's letter, none of which comes after S: most users are told from it without a look at the rest. Which of
two numbers is the month does not matter here; eight digits in a row are an id.
#}
{% macro is_date(field) -%}
    (
        {{ byte_count(field) }} between 8 and 32
        and {{ field }} < 't'
        and (
            {{ date_in(field) }} is not null
            or {{ matches_whole(field, '[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}') }}
        )
    )
{%- endmacro %}
