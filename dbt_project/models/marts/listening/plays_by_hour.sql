with

user_hours as (
    select * from {{ ref('user_hours') }}
),

weekdays as (
    select number + 1 as weekday from {{ whole_numbers_below(7) }}
),

hours as (
    select number as hour from {{ whole_numbers_below(24) }}
),

count_plays as (
    select
        weekday,
        hour,
        sum(play_count) as play_count
    from user_hours
    group by all
),

count_all as (
    select sum(play_count) as play_count from count_plays
),

final as (
    select
        weekdays.weekday,
        hours.hour,
        cast(coalesce(count_plays.play_count, 0) as bigint) as play_count,
        {{ rounded('coalesce(count_plays.play_count, 0) / count_all.play_count') }} as play_share
    from weekdays
    cross join hours
    inner join count_all on count_all.play_count > 0
    left join count_plays
        on weekdays.weekday = count_plays.weekday
            and hours.hour = count_plays.hour
)

select * from final
