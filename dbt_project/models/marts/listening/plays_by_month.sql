with

user_months as (
    select * from {{ ref('user_months') }}
),

days as (
    select * from {{ ref('user_days') }}
),

number_months as (
    select
        *,
        row_number() over (partition by user_id order by month) as month_number
    from user_months
),

sum_months as (
    select
        month,
        cast(sum(play_count) as bigint) as play_count,
        count(*) as user_count,
        count(*) filter (where month_number = 1) as new_user_count,
        cast(sum(session_count) as bigint) as session_count,
        cast(sum(discovery_count) as bigint) as discovery_count
    from number_months
    group by month
),

find_ends as (
    select
        min(day) as first_day,
        max(day) as last_day
    from days
),

final as (
    select
        sum_months.month,
        -- the day before the data begin, or after they end, is of the same month
        sum_months.month not in (
            {{ month_of("find_ends.first_day - interval '1 day'") }},
            {{ month_of("find_ends.last_day + interval '1 day'") }}
        ) as is_whole,
        sum_months.play_count,
        sum_months.user_count,
        sum_months.new_user_count,
        sum_months.session_count,
        sum_months.discovery_count,
        {{ rounded('sum_months.discovery_count / sum_months.play_count') }} as discovery_share,
        {{ rounded('sum_months.discovery_count / sum_months.user_count') }} as discoveries_per_user
    from sum_months
    cross join find_ends
)

select * from final
