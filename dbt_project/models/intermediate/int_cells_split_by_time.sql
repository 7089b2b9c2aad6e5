with

cells as (
    select * from {{ ref('int_cells_by_period') }}
),

parts as (
    select * from {{ ref('int_split_parts') }}
    -- split 'full' has no limits of time and is not stored again
    where coalesce(after, until) is not null
),

periods as (
    select * from {{ ref('int_periods') }}
),

part_periods as (
    select
        parts.split_name,
        parts.part,
        periods.period
    from parts
    inner join periods
        on periods.after >= coalesce(parts.after, periods.after)
            and periods.until <= coalesce(parts.until, periods.until)
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
    group by
        part_periods.split_name,
        cells.item_type,
        part_periods.part,
        cells.user_id,
        cells.item_id
)

select * from final
