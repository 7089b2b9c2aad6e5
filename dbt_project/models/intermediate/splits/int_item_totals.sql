with

cells as (
    select * from {{ ref('user_item_plays') }}
),

final as (
    select
        item_type,
        item_id,
        cast(sum(play_count) as bigint) as play_count,
        cast(count(*) as bigint) as listener_count
    from cells
    group by all
)

select * from final
