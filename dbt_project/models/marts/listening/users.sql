with

everyone as (
    select * from {{ ref('int_users_numbered') }}
),

profiles as (
    select * from {{ ref('stg_lastfm__users') }}
),

cells as (
    select * from {{ ref('user_item_plays') }}
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
        -- every play is in one artist cell; the 360K format has no tracks
        sum(case when item_type = 'artist' then play_count else 0 end) as play_count,
        sum(case when item_type = 'track' then 1 else 0 end) as track_count,
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
        {% if source_name() == '1k' -%}
        cast(coalesce(user_totals.track_count, 0) as bigint) as track_count,
        {%- else -%}
        cast(null as bigint) as track_count,
        {%- endif %}
        cast(coalesce(user_totals.artist_count, 0) as bigint) as artist_count,
        {% if source_name() == '1k' -%}
        cast(coalesce(sessions.session_count, 0) as bigint) as session_count,
        {%- else -%}
        cast(null as bigint) as session_count,
        {%- endif %}
        user_totals.first_played_at,
        user_totals.last_played_at
    from everyone
    left join profiles on everyone.user_id = profiles.user_id
    left join user_totals on everyone.user_id = user_totals.user_id
    left join sessions on everyone.user_id = sessions.user_id
)

select * from final
