with

recommendations as (
    select * from {{ ref('int_playlist_recommendations') }}
    where task = 'discovery'
),

dates as (
    select * from {{ ref('int_playlist_dates') }}
    where week_starts_on is not null
),

-- above 0 and below 1, the same whenever user, week and track are
drawn as (
    select
        recommendations.*,
        dates.week_starts_on,
        (
            1 + {{ hex_number(
                "substr(md5(concat_ws('|', recommendations.user_id, dates.week_starts_on, recommendations.track_id)), 1, 8)"
            ) }}
        ) / 4294967297e0 as draw
    from recommendations
    cross join dates
),

-- in order of the logarithm divided by a weight, items come as if drawn one by one with chances in proportion to it
final as (
    select
        'weekly_discovery' as playlist_kind,
        user_id,
        cast(week_starts_on as string) as subject,
        'Discoveries of the week from ' || week_starts_on as title,
        track_id,
        -ln(draw) * rank as priority,
        why
    from drawn
)

select * from final
