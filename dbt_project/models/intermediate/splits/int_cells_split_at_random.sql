with

all_time_cells as (
    select * from {{ ref('user_item_plays') }}
),

splits as (
    select * from {{ ref('int_splits_built') }}
    where split_kind = 'random'
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
    cross join splits
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

final as (
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
)

select * from final
