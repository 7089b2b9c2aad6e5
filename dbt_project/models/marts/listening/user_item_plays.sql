with

cells as (
    select * from {{ ref('int_cells_by_period') }}
),

final as (
    select
        item_type,
        user_id,
        item_id,
        cast(sum(play_count) as bigint) as play_count,
        min(first_played_at) as first_played_at,
        max(last_played_at) as last_played_at
    from cells
    group by
        item_type,
        user_id,
        item_id
)

select * from final
