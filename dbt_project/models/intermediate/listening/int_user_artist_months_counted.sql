with

plays as (
    select * from {{ ref('plays') }}
),

final as (
    select
        user_id,
        {{ month_of('played_at') }} as month,
        artist_id,
        count(*) as play_count
    from plays
    group by all
)

select * from final
