with

cells as (
    select * from {{ ref('int_cells_by_period') }}
),

part_periods as (
    select * from {{ ref('int_part_periods') }}
    where periods_in_part > 1
),

final as (
    select
        part_periods.split_name,
        cells.item_type,
        part_periods.part,
        cells.user_id,
        cells.item_id,
        cast(sum(cells.play_count) as bigint) as play_count,
        min(cells.first_played_at) as first_played_at,
        max(cells.last_played_at) as last_played_at
    from cells
    inner join part_periods on cells.period = part_periods.period
    group by all
)

select * from final
