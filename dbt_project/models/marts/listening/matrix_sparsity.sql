with

all_cells as (
    select
        split_name,
        item_type,
        user_id,
        item_id,
        sum(play_count) as play_count
    from {{ ref('int_train_cells') }}
    group by
        split_name,
        item_type,
        user_id,
        item_id
),

active_cells as (
    select * from {{ ref('int_train_cells_active') }}
),

cells as (
    select
        'all' as stage,
        all_cells.*
    from all_cells
    union all
    select
        'active' as stage,
        all_cells.*
    from all_cells
    semi join active_cells
        on all_cells.split_name = active_cells.split_name
            and all_cells.item_type = active_cells.item_type
            and all_cells.user_id = active_cells.user_id
            and all_cells.item_id = active_cells.item_id
),

users as (
    select
        split_name,
        item_type,
        stage,
        user_id,
        count(*) as item_count,
        sum(play_count) as play_count
    from cells
    group by
        split_name,
        item_type,
        stage,
        user_id
),

items as (
    select
        split_name,
        item_type,
        stage,
        item_id,
        count(*) as user_count,
        sum(play_count) as play_count
    from cells
    group by
        split_name,
        item_type,
        stage,
        item_id
),

user_totals as (
    select
        split_name,
        item_type,
        stage,
        count(*) as user_count,
        sum(item_count) as cell_count,
        sum(play_count) as play_count,
        median(item_count) as median_items_per_user
    from users
    group by
        split_name,
        item_type,
        stage
),

items_ranked as (
    select
        *,
        row_number() over (
            partition by split_name, item_type, stage order by play_count, item_id
        ) as ascending_rank
    from items
),

-- Gini over items: sum((2 i - n - 1) x_i) / (n sum(x_i)), x in ascending order
item_totals as (
    select
        split_name,
        item_type,
        stage,
        count(*) as item_count,
        median(user_count) as median_users_per_item,
        (2 * sum(ascending_rank * play_count) / sum(play_count) - (count(*) + 1)) / count(*) as gini_of_plays
    from items_ranked
    group by
        split_name,
        item_type,
        stage
),

final as (
    select
        user_totals.split_name,
        user_totals.item_type,
        user_totals.stage,
        cast(user_totals.user_count as bigint) as user_count,
        cast(item_totals.item_count as bigint) as item_count,
        cast(user_totals.cell_count as bigint) as cell_count,
        cast(user_totals.play_count as bigint) as play_count,
        cast(user_totals.cell_count / (user_totals.user_count * item_totals.item_count) as double) as density,
        cast(user_totals.median_items_per_user as double) as median_items_per_user,
        cast(item_totals.median_users_per_item as double) as median_users_per_item,
        cast(item_totals.gini_of_plays as double) as gini_of_plays
    from user_totals
    inner join item_totals
        on user_totals.split_name = item_totals.split_name
            and user_totals.item_type = item_totals.item_type
            and user_totals.stage = item_totals.stage
)

select * from final
