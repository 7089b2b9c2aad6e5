with

hours as (
    select * from {{ ref('int_user_hours_counted') }}
),

final as (
    select
        user_id,
        day,
        cast(sum(play_count) as bigint) as play_count
    from hours
    group by all
)

select * from final
