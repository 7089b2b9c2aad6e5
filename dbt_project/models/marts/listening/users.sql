with

everyone as (
    select * from {{ ref('int_users_numbered') }}
),

profiles as (
    select * from {{ ref('int_profiles_respelt') }}
),

cells as (
    select * from {{ ref('user_item_plays') }}
),

-- what a user without plays has none of, rather than no data for
files as (
    select
        bool_or(has_times) as has_times,
        bool_or(has_tracks) as has_tracks
    from {{ ref('int_files_recognized') }}
),

sessions as (
    select
        user_id,
        count(*) as session_count
    from {{ ref('sessions') }}
    group by user_id
),

user_totals as (
    select
        user_id,
        -- every play is in one artist cell, and in one of tracks where its format has them
        sum(case when item_type = 'artist' then play_count else 0 end) as play_count,
        sum(case when item_type = 'track' then 1 end) as track_count,
        sum(case when item_type = 'artist' then 1 else 0 end) as artist_count,
        min(first_played_at) as first_played_at,
        max(last_played_at) as last_played_at
    from cells
    group by user_id
),

final as (
    select
        everyone.user_id,
        profiles.gender,
        profiles.age,
        profiles.country,
        profiles.registered_on,
        cast(coalesce(user_totals.play_count, 0) as bigint) as play_count,
        cast(
            case when user_totals.user_id is null and files.has_tracks then 0 else user_totals.track_count end as bigint
        ) as track_count,
        cast(coalesce(user_totals.artist_count, 0) as bigint) as artist_count,
        cast(
            case when user_totals.user_id is null and files.has_times then 0 else sessions.session_count end as bigint
        ) as session_count,
        user_totals.first_played_at,
        user_totals.last_played_at
    from everyone
    cross join files
    left join profiles on everyone.user_id = profiles.user_id
    left join user_totals on everyone.user_id = user_totals.user_id
    left join sessions on everyone.user_id = sessions.user_id
)

select * from final
