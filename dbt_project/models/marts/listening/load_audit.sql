-- depends_on: {{ ref('stg_lastfm__profile_lines') }}
with

files as (
    select * from {{ ref('load_audit_files') }}
),

users as (
    select * from {{ ref('users') }}
),

profile_lines as (
    select * from {{ ref('stg_lastfm__profile_lines') }}
),

profiles as (
    select * from {{ ref('stg_lastfm__users') }}
),

spellings as (
    select * from {{ ref('int_spellings_counted') }}
),

line_checks as (
    {%- for check in ['lines_read', 'lines_rejected', 'bogus_timestamps', 'exact_duplicates_removed', 'plays_kept'] %}
    select
        '{{ check }}' as check_name,
        sum({{ check }}) as value
    from files
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

name_checks as (
    select
        'plays_without_artist_mbid' as check_name,
        sum(case when artist_mbid is null then play_count else 0 end) as value
    from spellings
    {%- if source_name() == '1k' %}
    union all
    select
        'plays_without_track_mbid' as check_name,
        sum(case when track_mbid is null then play_count else 0 end) as value
    from spellings
    union all
    select
        'plays_without_title' as check_name,
        sum(case when is_untitled then play_count else 0 end) as value
    from spellings
    {%- endif %}
),

user_checks as (
    select
        'users_without_profile' as check_name,
        count(*) as value
    from users
    where user_id not in (select user_id from profiles)
    union all
    select
        'profiles_without_plays' as check_name,
        count(*) as value
    from users
    where play_count = 0
),

profile_checks as (
    select
        'profile_lines_undecodable' as check_name,
        count(*) as value
    from {{ source('lastfm_reader', 'stg_lastfm__profile_lines_rejects') }}
    union all
    select
        'profile_lines_malformed' as check_name,
        count(*) as value
    from profile_lines
    where reason in ('not 5 fields', 'no user')
    union all
    select
        'profiles_repeated' as check_name,
        count(*) - count(distinct user_id) as value
    from profile_lines
    where reason is null
),

metadata_checks as (
    {%- for lines in ['artist_tag_lines', 'recording_feature_lines'] %}
    select
        '{{ lines }}_undecodable' as check_name,
        count(*) as value
    from {{ source('metadata_reader', 'stg_metadata__' ~ lines ~ '_rejects') }}
    union all
    select
        '{{ lines }}_malformed' as check_name,
        count(*) as value
    from {{ ref('stg_metadata__' ~ lines) }}
    where reason not in ('blank line', 'header')
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

checks as (
    select * from line_checks
    union all
    select * from profile_checks
    union all
    select * from metadata_checks
    union all
    select * from name_checks
    union all
    select * from user_checks
),

final as (
    select
        check_name,
        cast(coalesce(value, 0) as bigint) as value
    from checks
)

select * from final
