with

users as (
    select * from {{ ref('users') }}
    where first_played_at is not null
),

plays as (
    select * from {{ ref('plays') }}
),

find_last_window as (
    select max(last_played_at) - interval '{{ var("retention_last_days") }} days' as last_from from users
),

-- who joins later has no last window that begins after the early one ends
follow_users as (
    select
        users.user_id,
        users.first_played_at as joined_at,
        users.first_played_at + interval '{{ var("retention_early_days") }} days' as early_until,
        users.last_played_at > find_last_window.last_from as is_retained
    from users
    inner join find_last_window
        on users.first_played_at + interval '{{ var("retention_early_days") }} days' <= find_last_window.last_from
),

number_users as (
    select
        *,
        row_number() over (order by joined_at, user_id) as place,
        count(*) over () as user_count
    from follow_users
),

early_plays as (
    select
        plays.*,
        follow_users.early_until
    from plays
    inner join follow_users
        on plays.user_id = follow_users.user_id
            and plays.played_at < follow_users.early_until
),

number_plays as (
    select
        *,
        row_number() over (partition by user_id order by played_at, play_id) as place,
        count(*) over (partition by user_id) as play_count,
        row_number() over (partition by user_id, artist_id order by played_at, play_id) = 1 as is_discovery
    from early_plays
),

describe_plays as (
    select
        user_id,
        count(*) as play_count,
        count(distinct cast(played_at as date)) as active_days,
        count(distinct session_id) as session_count,
        count(distinct artist_id) as artist_count,
        1 - count(distinct track_id) / count(*) as repeat_share,
        avg(case when 2 * place > play_count then cast(is_discovery as integer) end) as discovery_share,
        {%- set first_hour, last_hour = day_parts().night %}
        avg(case when extract(hour from played_at) between {{ first_hour }} and {{ last_hour }} then 1 else 0 end)
            as night_share,
        {{ seconds_between('max(played_at)', 'max(early_until)') }} / 86400 as quiet_days
    from number_plays
    group by user_id
),

final as (
    select
        number_users.user_id,
        case
            when number_users.place <= {{ var('retention_train_share') }} * number_users.user_count then 'train'
            else 'test'
        end as part,
        number_users.joined_at,
        number_users.is_retained,
        describe_plays.play_count,
        describe_plays.active_days,
        describe_plays.session_count,
        describe_plays.artist_count,
        {%- for share in ['repeat_share', 'discovery_share', 'night_share', 'quiet_days'] %}
        {{ rounded('describe_plays.' ~ share) }} as {{ share }} {{- ',' if not loop.last }}
        {%- endfor %}
    from number_users
    inner join describe_plays on number_users.user_id = describe_plays.user_id
)

select * from final
