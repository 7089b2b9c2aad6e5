with

members as (
    select * from {{ ref('int_k_core_peeled') }}
),

train_cells as (
    select * from {{ ref('int_train_cells') }}
),

active_users as (
    select
        split_name,
        item_type,
        user_id
    from members
    where is_active and user_id is not null
),

item_plays as (
    select
        train_cells.split_name,
        train_cells.item_type,
        train_cells.item_id,
        cast(sum(train_cells.play_count) as bigint) as play_count,
        cast(sum(case when active_users.user_id is not null then train_cells.play_count end) as bigint)
            as plays_of_active_users
    from train_cells
    left join active_users
        on train_cells.split_name = active_users.split_name
            and train_cells.item_type = active_users.item_type
            and train_cells.user_id = active_users.user_id
    group by
        train_cells.split_name,
        train_cells.item_type,
        train_cells.item_id
),

users as (
    {%- for stage, prefix in [('all', ''), ('active', 'active_')] %}
    select
        split_name,
        item_type,
        '{{ stage }}' as stage,
        {{ prefix }}degree as item_count
    from members
    where user_id is not null {{- ' and is_active' if stage == 'active' }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- the k-core keeps a cell where it keeps both its user and its item
items as (
    {%- for stage, prefix, column in [('all', '', 'play_count'), ('active', 'active_', 'plays_of_active_users')] %}
    select
        members.split_name,
        members.item_type,
        '{{ stage }}' as stage,
        members.item_id,
        members.{{ prefix }}degree as user_count,
        item_plays.{{ column }} as plays
    from members
    inner join item_plays
        on members.split_name = item_plays.split_name
            and members.item_type = item_plays.item_type
            and members.item_id = item_plays.item_id
    {{ 'where members.is_active' if stage == 'active' }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

user_totals as (
    select
        split_name,
        item_type,
        stage,
        count(*) as user_count,
        sum(item_count) as cell_count,
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
            partition by split_name, item_type, stage order by plays, item_id
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
        sum(plays) as play_count,
        median(user_count) as median_users_per_item,
        (2 * sum(ascending_rank * plays) / sum(plays) - (count(*) + 1)) / count(*) as gini_of_plays
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
        cast(item_totals.play_count as bigint) as play_count,
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
