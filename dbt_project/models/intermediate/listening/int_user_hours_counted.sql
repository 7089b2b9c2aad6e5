with

plays as (
    select * from {{ ref('plays') }}
),

final as (
    select
        user_id,
        cast(played_at as date) as day,
        extract(hour from played_at) as hour,
        count(*) as play_count
    from plays
    group by all
)

select * from final
