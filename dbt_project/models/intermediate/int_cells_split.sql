with

cells as (
    select * from {{ ref('int_cells_by_period') }}
),

all_time_cells as (
    select * from {{ ref('user_item_plays') }}
),

splits as (
    select * from {{ ref('int_splits_built') }}
),

parts as (
    select * from {{ ref('int_split_parts') }}
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

cells_by_time as (
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
),

test_ranked as (
    select
        splits.split_name,
        splits.salt,
        splits.held_out_one_in,
        all_time_cells.*,
        count(*) over (
            partition by splits.split_name, all_time_cells.item_type, all_time_cells.user_id
        ) as items,
        row_number() over (
            partition by splits.split_name, all_time_cells.item_type, all_time_cells.user_id
            order by
                md5(concat_ws('|', splits.salt, 'test', all_time_cells.user_id, all_time_cells.item_id)),
                all_time_cells.item_id
        ) as test_rank
    from all_time_cells
    inner join splits on splits.split_kind = 'random'
),

validation_ranked as (
    select
        *,
        test_rank <= floor(items / held_out_one_in) as is_test,
        row_number() over (
            partition by split_name, item_type, user_id, test_rank <= floor(items / held_out_one_in)
            order by md5(concat_ws('|', salt, 'validation', user_id, item_id)), item_id
        ) as validation_rank
    from test_ranked
),

cells_at_random as (
    select
        split_name,
        item_type,
        case
            when is_test then 'test'
            when validation_rank <= floor((items - floor(items / held_out_one_in)) / held_out_one_in) then 'validation'
            else 'fit'
        end as part,
        user_id,
        item_id,
        play_count,
        first_played_at,
        last_played_at
    from validation_ranked
),

final as (
    select * from cells_by_time
    union all
    select * from cells_at_random
)

select * from final
