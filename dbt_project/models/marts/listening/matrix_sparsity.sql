with

train_cells as (
    select * from {{ ref('int_train_cells') }}
),

active_users as (
    select * from {{ ref('int_k_core_peeled') }}
    where user_id is not null
),

active_items as (
    select * from {{ ref('int_k_core_peeled') }}
    where item_id is not null
),

-- a cell may be in fit and in validation
all_cells as (
    select
        split_name,
        item_type,
        user_id,
        item_id,
        sum(play_count) as play_count
    from train_cells
    group by
        split_name,
        item_type,
        user_id,
        item_id
),

-- the k-core keeps a cell where it keeps both its user and its item
flagged_cells as (
    select
        all_cells.*,
        active_users.user_id is not null and active_items.item_id is not null as is_active
    from all_cells
    left join active_users
        on all_cells.split_name = active_users.split_name
            and all_cells.item_type = active_users.item_type
            and all_cells.user_id = active_users.user_id
    left join active_items
        on all_cells.split_name = active_items.split_name
            and all_cells.item_type = active_items.item_type
            and all_cells.item_id = active_items.item_id
),
{% for member, other in [('user', 'item'), ('item', 'user')] %}
{{ member }}_sums as (
    select
        split_name,
        item_type,
        {{ member }}_id,
        count(*) as {{ other }}_count,
        sum(play_count) as play_count,
        sum(case when is_active then 1 else 0 end) as active_{{ other }}_count,
        sum(case when is_active then play_count else 0 end) as active_play_count
    from flagged_cells
    group by
        split_name,
        item_type,
        {{ member }}_id
),

{{ member }}s as (
    select
        split_name,
        item_type,
        'all' as stage,
        {{ member }}_id,
        {{ other }}_count,
        play_count
    from {{ member }}_sums
    union all
    select
        split_name,
        item_type,
        'active' as stage,
        {{ member }}_id,
        active_{{ other }}_count as {{ other }}_count,
        active_play_count as play_count
    from {{ member }}_sums
    where active_{{ other }}_count > 0
),
{% endfor %}
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
