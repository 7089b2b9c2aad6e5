{#- An analysis, not a mart: at full size it reads every line again, and it says something only where the published file
itself is loaded. `make verify-facts` runs it on the published warehouse, which it only reads. -#}
{%- set facts = {
    'line_facts': ['lines'],
    'user_facts': [
        'users', 'max_plays_of_a_user', 'median_plays_per_user', 'mean_plays_per_user', 'p90_plays_per_user'
    ],
    'spelling_facts': [
        'missing_artist_mbid', 'missing_track_mbid', 'blank_track_names', 'distinct_artist_mbids',
        'distinct_track_mbids', 'distinct_track_names'
    ],
    'identity_facts': ['distinct_artist_name_mbid_pairs', 'distinct_track_keys'],
    'year_facts': ['rows_2010', 'rows_2013'],
    'second_facts': ['same_second_pairs', 'exact_duplicate_rows'],
    'artist_facts': [
        'distinct_artist_names', 'top_artist_plays', 'second_artist_plays', 'third_artist_plays',
        'artists_making_80_percent_of_plays'
    ],
    'song_facts': [
        'top_song_plays', 'distinct_user_artist_track', 'songs_with_more_than_20_listeners',
        'user_song_pairs_over_20_listeners'
    ],
    'top_song_facts': ['songs_with_published_plays'],
    'session_facts': [
        'sessions_20_minutes', 'mean_tracks_per_session', 'max_tracks_per_session', 'single_track_sessions'
    ],
    'profile_facts': [
        'profile_rows', 'profile_male', 'profile_female', 'profile_age_present', 'profile_countries',
        'profile_country_present', 'profile_registered_missing'
    ],
} -%}
with

published as (
    select * from {{ ref('lastfm_1k_facts') }}
),

published_songs as (
    select * from {{ ref('lastfm_1k_top_songs') }}
),

lines as (
    select * from {{ ref('int_lines_read') }}
    where reason is null
),

spellings as (
    select
        *,
        -- one key for all spellings with the same artist and title, whatever their MBIDs
        min(spelling_key) over (partition by artist_name, track_name) as song_key
    from {{ ref('int_spellings_read') }}
),

sequenced as (
    select * from {{ ref('int_plays_sequenced') }}
    where shares_second
),

sessions as (
    select * from {{ ref('sessions') }}
),

profiles as (
    select * from {{ ref('stg_lastfm__profile_lines') }}
    where reason is null
),

line_facts as (
    select value as lines from {{ ref('load_audit') }}
    where check_name = 'lines_read'
),

-- the one heavy aggregate: counts of users, names and songs roll up from it
user_spellings as (
    select
        user_id,
        spelling_key,
        count(*) as line_count
    from lines
    group by
        user_id,
        spelling_key
),

user_lines as (
    select
        user_id,
        sum(line_count) as line_count
    from user_spellings
    group by user_id
),

user_facts as (
    select
        count(*) as users,
        max(line_count) as max_plays_of_a_user,
        median(line_count) as median_plays_per_user,
        avg(line_count) as mean_plays_per_user,
        percentile_cont(0.9) within group (order by line_count) as p90_plays_per_user
    from user_lines
),

spelling_lines as (
    select
        spelling_key,
        sum(line_count) as line_count
    from user_spellings
    group by spelling_key
),

named_lines as (
    select
        spellings.artist_mbid,
        spellings.artist_name,
        spellings.track_mbid,
        spellings.track_name,
        spelling_lines.line_count
    from spelling_lines
    inner join spellings on spelling_lines.spelling_key = spellings.spelling_key
),

spelling_facts as (
    select
        sum(case when artist_mbid is null then line_count else 0 end) as missing_artist_mbid,
        sum(case when track_mbid is null then line_count else 0 end) as missing_track_mbid,
        sum(case when {{ is_blank('track_name') }} then line_count else 0 end) as blank_track_names,
        count(distinct artist_mbid) as distinct_artist_mbids,
        count(distinct track_mbid) as distinct_track_mbids,
        count(distinct track_name) as distinct_track_names
    from named_lines
),

identity_facts as (
    select
        count(distinct artist_name || chr(31) || coalesce(artist_mbid, '')) as distinct_artist_name_mbid_pairs,
        count(distinct coalesce(track_mbid, artist_name || chr(31) || track_name)) as distinct_track_keys
    from named_lines
),

time_facts as (
    select
        min(played_at) as first_played_at,
        max(played_at) as last_played_at,
        (select max(ended_at) from sessions) as last_sane_played_at
    from lines
),

year_facts as (
    select
        sum(case when extract(year from played_at) = 2010 then 1 else 0 end) as rows_2010,
        sum(case when extract(year from played_at) = 2013 then 1 else 0 end) as rows_2013
    from lines
),

seconds_shared as (
    select
        user_number,
        played_at,
        spelling_key,
        count(*) as line_count,
        row_number() over (partition by user_number, played_at order by spelling_key) as place_in_second
    from sequenced
    group by
        user_number,
        played_at,
        spelling_key
),

second_facts as (
    select
        sum(line_count) - sum(case when place_in_second = 1 then 1 else 0 end) as same_second_pairs,
        sum(case when line_count > 1 then line_count else 0 end) as exact_duplicate_rows
    from seconds_shared
),

artist_lines as (
    select
        artist_name,
        sum(line_count) as line_count
    from named_lines
    group by artist_name
),

artists_ranked as (
    select
        line_count,
        row_number() over by_plays as place,
        sum(line_count) over (by_plays rows unbounded preceding) - line_count as lines_before,
        sum(line_count) over () as all_lines
    from artist_lines
    window by_plays as (order by line_count desc, artist_name asc)
),

artist_facts as (
    select
        count(*) as distinct_artist_names,
        max(case when place = 1 then line_count end) as top_artist_plays,
        max(case when place = 2 then line_count end) as second_artist_plays,
        max(case when place = 3 then line_count end) as third_artist_plays,
        sum(case when lines_before < 0.8 * all_lines then 1 else 0 end) as artists_making_80_percent_of_plays
    from artists_ranked
),

song_users as (
    select
        spellings.song_key,
        user_spellings.user_id,
        sum(user_spellings.line_count) as line_count
    from user_spellings
    inner join spellings on user_spellings.spelling_key = spellings.spelling_key
    group by
        spellings.song_key,
        user_spellings.user_id
),

songs as (
    select
        song_key,
        count(*) as listener_count,
        sum(line_count) as line_count
    from song_users
    group by song_key
),

song_facts as (
    select
        max(line_count) as top_song_plays,
        sum(listener_count) as distinct_user_artist_track,
        sum(case when listener_count > 20 then 1 else 0 end) as songs_with_more_than_20_listeners,
        sum(case when listener_count > 20 then listener_count else 0 end) as user_song_pairs_over_20_listeners
    from songs
),

top_song_facts as (
    select count(*) as songs_with_published_plays
    from published_songs
    inner join spellings
        on published_songs.artist_name = spellings.artist_name
            and published_songs.track_name = spellings.track_name
    inner join songs
        on spellings.spelling_key = songs.song_key
            and published_songs.published_play_count = songs.line_count
),

session_facts as (
    select
        count(*) as sessions_20_minutes,
        avg(play_count) as mean_tracks_per_session,
        max(play_count) as max_tracks_per_session,
        sum(case when play_count = 1 then 1 else 0 end) as single_track_sessions
    from sessions
),

profile_facts as (
    select
        count(*) as profile_rows,
        sum(case when gender = 'm' then 1 else 0 end) as profile_male,
        sum(case when gender = 'f' then 1 else 0 end) as profile_female,
        count(age) as profile_age_present,
        count(distinct country) as profile_countries,
        count(country) as profile_country_present,
        count(*) - count(registered_on) as profile_registered_missing
    from profiles
),

loaded as (
    {%- for table, names in facts.items() %}
    {%- for name in names %}
    select
        '{{ name }}' as fact,
        cast({{ name }} as double) as loaded_value,
        cast(null as timestamp) as loaded_at
    from {{ table }}
    union all
    {%- endfor %}
    {%- endfor %}
    {%- for name in ['first_played_at', 'last_played_at', 'last_sane_played_at'] %}
    select
        '{{ name }}' as fact,
        cast(null as double) as loaded_value,
        {{ name }} as loaded_at
    from time_facts
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

compared as (
    select
        published.*,
        loaded.loaded_value,
        loaded.loaded_at,
        coalesce(
            loaded.loaded_value - published.published_value,
            {{ seconds_between('published.published_at', 'loaded.loaded_at') }}
        ) as difference
    from published
    left join loaded on published.fact = loaded.fact
),

final as (
    select
        *,
        coalesce(abs(difference) <= tolerance, false) as agrees
    from compared
)

select * from final
order by fact_number
