-- depends_on: {{ ref('stg_lastfm__profile_lines') }}
with

files as (
    select * from {{ ref('load_audit_files') }}
),

files_recognized as (
    select * from {{ ref('int_files_recognized') }}
),

users as (
    select * from {{ ref('users') }}
),

profile_lines as (
    select * from {{ ref('stg_lastfm__profile_lines') }}
),

profiles as (
    select * from {{ ref('int_profiles_respelt') }}
),

spellings as (
    select * from {{ ref('int_spellings_counted') }}
),

track_spellings as (
    select * from spellings
    where track_id is not null
),

line_checks as (
    {%- for check in [
        'lines_read', 'lines_rejected', 'skipped', 'too_short', 'not_music', 'bogus_timestamps', 'exact_duplicates_removed',
        'merged_between_files', 'plays_kept',
    ] %}
    select
        '{{ check }}' as check_name,
        sum({{ check }}) as value,
        'lines' as unit
    from files
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

name_checks as (
    select
        'plays_without_artist_mbid' as check_name,
        sum(case when artist_mbid is null then play_count else 0 end) as value,
        'plays' as unit
    from spellings
    union all
    select
        'artist_spellings_merged' as check_name,
        count(distinct artist_name) - count(distinct artist_id) as value,
        'spellings' as unit
    from spellings
),

track_checks as (
    select
        'plays_without_track_mbid' as check_name,
        sum(case when track_mbid is null then play_count else 0 end) as value,
        'plays' as unit
    from track_spellings
    union all
    select
        'plays_without_title' as check_name,
        sum(case when is_untitled then play_count else 0 end) as value,
        'plays' as unit
    from track_spellings
    union all
    select
        'track_spellings_merged' as check_name,
        count(*) - count(distinct track_id) as value,
        'spellings' as unit
    from (select distinct artist_name, track_name, track_id from track_spellings) as spelt_tracks
),

user_checks as (
    select
        'users_without_profile' as check_name,
        count(*) as value,
        'users' as unit
    from users
    where user_id not in (select user_id from profiles)
    union all
    select
        'profiles_without_plays' as check_name,
        count(*) as value,
        'users' as unit
    from users
    where play_count = 0
),

profile_line_checks as (
    select
        'profile_lines_undecodable' as check_name,
        count(*) as value,
        'lines' as unit
    from {{ source('lastfm_reader', 'stg_lastfm__profile_lines_rejects') }}
    {%- for check, condition in {
        'profile_lines_decoded': 'true',
        'profile_headers': "reason = 'header'",
        'profile_lines_malformed': "reason in ('not 5 fields', 'no user', 'user is a date')",
        'profiles_repeated': "reason = 'further profile of the user'",
    }.items() %}
    union all
    select
        '{{ check }}' as check_name,
        sum(case when {{ condition }} then 1 else 0 end) as value,
        'lines' as unit
    from profile_lines
    {%- endfor %}
),

profile_checks as (
    {%- for check, condition in {
        'profiles_read': 'true',
        'profile_ages_unreadable': 'profile_lines.is_age_unreadable',
        'profile_ages_implausible': 'profile_lines.age is not null and profiles.age is null',
        'profile_dates_unreadable': 'profile_lines.is_date_unreadable',
        'profile_dates_implausible': 'profile_lines.registered_on is not null and profiles.registered_on is null',
        'profile_genders_respelt': 'profile_lines.gender <> profiles.gender',
        'profile_countries_respelt': 'profile_lines.country <> profiles.country',
    }.items() %}
    select
        '{{ check }}' as check_name,
        sum(case when {{ condition }} then 1 else 0 end) as value,
        'profiles' as unit
    from profile_lines
    inner join profiles on profile_lines.user_id = profiles.user_id
    where profile_lines.reason is null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

metadata_checks as (
    {%- for checks, lines, rejects in [
        ('artist_tag', ref('stg_metadata__artist_tag_lines'), source('metadata_reader', 'stg_metadata__artist_tag_lines_rejects')),
        ('recording_feature', ref('int_recording_feature_lines_kept'), source('reader', 'int_recording_feature_lines_kept_rejects')),
    ] %}
    select
        '{{ checks }}_lines_undecodable' as check_name,
        count(*) as value,
        'lines' as unit
    from {{ rejects }}
    union all
    {%- for check, condition in {
        checks ~ '_lines_malformed': "reason not in ('blank line', 'header')",
        checks ~ '_headers': "reason = 'header'",
    }.items() %}
    select
        '{{ check }}' as check_name,
        count(*) as value,
        'lines' as unit
    from {{ lines }}
    where {{ condition }}
    union all
    {%- endfor %}
    {%- endfor %}
    select
        'artist_tag_lines_decoded' as check_name,
        count(*) as value,
        'lines' as unit
    from {{ ref('stg_metadata__artist_tag_lines') }}
),

checks as (
    select * from line_checks
    union all
    select * from profile_line_checks
    union all
    select * from profile_checks
    union all
    select * from metadata_checks
    union all
    select * from name_checks
    union all
    select * from track_checks
    where (select bool_or(has_tracks) from files_recognized)
    union all
    select * from user_checks
),

final as (
    select
        check_name,
        cast(coalesce(value, 0) as bigint) as value,
        unit
    from checks
)

select * from final
