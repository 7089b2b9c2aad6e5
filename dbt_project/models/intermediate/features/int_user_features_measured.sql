with

users as (
    select * from {{ ref('users') }}
),

days as (
    select * from {{ ref('int_user_days_counted') }}
),

sessions as (
    select * from {{ ref('sessions') }}
),

cells as (
    select * from {{ ref('user_item_plays') }}
),

item_totals as (
    select * from {{ ref('int_item_totals') }}
),

span_histories as (
    select
        user_id,
        cast(first_played_at as date) as first_day,
        {{ days_between('cast(first_played_at as date)', 'cast(last_played_at as date)') }} as tenure_days
    from users
),

-- days after the middle of a history: before it nearly everything is new
number_days as (
    select
        days.*,
        floor({{ days_between('span_histories.first_day', 'days.day') }} / 7) as week,
        2 * {{ days_between('span_histories.first_day', 'days.day') }} > span_histories.tenure_days as is_late,
        {{ is_weekend('days.day') }} as is_weekend
    from days
    inner join span_histories on days.user_id = span_histories.user_id
),

sum_days as (
    select
        user_id,
        count(*) as active_days,
        {%- for part in day_parts() %}
        sum({{ part }}_plays) as {{ part }}_plays,
        {%- endfor %}
        sum(case when is_weekend then play_count else 0 end) as weekend_plays,
        sum(case when is_late then play_count end) as late_plays,
        sum(play_count) as play_count
    from number_days
    group by user_id
),

sum_weeks as (
    select
        user_id,
        sum(weekly_plays * weekly_plays) as squared_weekly_plays
    from (
        select
            user_id,
            week,
            cast(sum(play_count) as double) as weekly_plays
        from number_days
        group by all
    ) as weeks
    group by user_id
),

sum_artists as (
    select
        cells.user_id,
        count(*) as artist_count,
        sum(cells.play_count) as play_count,
        max(cells.play_count) as top_artist_plays,
        sum(cells.play_count * ln(cells.play_count)) as plays_times_log,
        sum(cells.play_count * cast(item_totals.listener_count as double)) as plays_times_listeners
    from cells
    inner join item_totals
        on {{ same_keys('cells', 'item_totals', ['item_type', 'item_id']) }}
    where cells.item_type = 'artist'
    group by cells.user_id
),

count_listeners as (
    select count(*) as user_count from sum_artists
),

count_late_discoveries as (
    select
        cells.user_id,
        sum(case when cells.item_type = 'track' then 1 else 0 end) as tracks,
        sum(case when cells.item_type = 'artist' then 1 else 0 end) as artists
    from cells
    inner join span_histories on cells.user_id = span_histories.user_id
    where 2 * {{ days_between('span_histories.first_day', 'cast(cells.first_played_at as date)') }}
        > span_histories.tenure_days
    group by cells.user_id
),

describe_sessions as (
    select
        user_id,
        median(play_count) as session_plays,
        median({{ seconds_between('started_at', 'ended_at') }}) / 60 as session_minutes
    from sessions
    group by user_id
),

final as (
    select
        users.user_id,
        users.play_count,
        users.session_count,
        sum_days.active_days / (span_histories.tenure_days + 1) as active_day_share,
        -- sqrt(mean of squares / square of mean - 1) over all weeks, those without plays too
        case
            when span_histories.tenure_days >= 7 then {{ rounded('sqrt(greatest(
                (floor(span_histories.tenure_days / 7) + 1) * sum_weeks.squared_weekly_plays
                / (cast(sum_days.play_count as double) * sum_days.play_count) - 1, 0
            ))') }}
        end as weekly_variation,
        case
            when sum_artists.artist_count = 1 then 0
            else {{ rounded('(ln(sum_artists.play_count) - sum_artists.plays_times_log / sum_artists.play_count)
                / ln(sum_artists.artist_count)') }}
        end as artist_entropy,
        100 * sum_artists.artist_count / sum_artists.play_count as artists_per_100_plays,
        sum_artists.top_artist_plays / sum_artists.play_count as top_artist_share,
        coalesce(count_late_discoveries.tracks, 0) / nullif(sum_days.late_plays, 0) as new_track_share,
        coalesce(count_late_discoveries.artists, 0) / nullif(sum_days.late_plays, 0) as new_artist_share,
        sum_artists.plays_times_listeners / (cast(sum_artists.play_count as double) * count_listeners.user_count)
            as mainstreamness,
        describe_sessions.session_plays,
        describe_sessions.session_minutes,
        {%- for part in day_parts() %}
        sum_days.{{ part }}_plays / sum_days.play_count as {{ part }}_share,
        {%- endfor %}
        sum_days.weekend_plays / sum_days.play_count as weekend_share,
        span_histories.tenure_days,
        users.age
    from users
    cross join count_listeners
    left join span_histories on users.user_id = span_histories.user_id
    left join sum_days on users.user_id = sum_days.user_id
    left join sum_weeks on users.user_id = sum_weeks.user_id
    left join sum_artists on users.user_id = sum_artists.user_id
    left join count_late_discoveries on users.user_id = count_late_discoveries.user_id
    left join describe_sessions on users.user_id = describe_sessions.user_id
)

select * from final
