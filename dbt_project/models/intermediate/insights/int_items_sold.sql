with

items as (
    select * from {{ ref('int_items_measured') }}
),

bands as (
    select * from {{ ref('int_item_bands') }}
),

splits as (
    select * from {{ ref('int_splits_built') }}
    where is_default
),

served as (
    select * from {{ ref('int_tasks_served') }}
    where task = 'discovery' and model_name is not null
),

recommendations as (
    select * from {{ ref('recommendations') }}
    where task = 'discovery' and rank <= {{ var('headline_k') }}
),

test_interactions as (
    select * from {{ ref('test_interactions') }}
    where not is_repeat and user_has_training
),

count_lists as (
    select
        recommendations.split_name,
        recommendations.item_type,
        recommendations.item_id,
        count(*) as list_count
    from recommendations
    inner join served
        on {{ same_keys('recommendations', 'served', ['item_type', 'model_name']) }}
    group by all
),

count_new_listeners as (
    select
        split_name,
        item_type,
        item_id,
        count(*) as new_listener_count
    from test_interactions
    group by all
),

join_counts as (
    select
        items.split_name,
        splits.split_kind,
        items.item_type,
        served.model_name,
        items.item_id,
        items.listener_count,
        bands.band,
        coalesce(count_lists.list_count, 0) as list_count,
        coalesce(count_new_listeners.new_listener_count, 0) as new_listener_count
    from items
    inner join splits on items.split_name = splits.split_name
    inner join bands
        on {{ same_keys('items', 'bands', ['split_name', 'item_type', 'item_id']) }}
    inner join served on items.item_type = served.item_type
    left join count_lists
        on {{ same_keys('items', 'count_lists', ['split_name', 'item_type', 'item_id']) }}
    left join count_new_listeners
        on {{ same_keys('items', 'count_new_listeners', ['split_name', 'item_type', 'item_id']) }}
),

-- of items in equally many lists each takes the last place, so that a place is never better than earned
rank_items as (
    select
        *,
        row_number() over (partition by item_type order by listener_count desc, item_id asc) as popularity_place,
        count(*) over (partition by item_type order by list_count desc) as list_place
    from join_counts
),

expect_listeners as (
    select
        rank_items.*,
        alike.listener_count as expected_listener_count
    from rank_items
    inner join rank_items as alike
        on rank_items.item_type = alike.item_type
            and rank_items.list_place = alike.popularity_place
),

final as (
    select
        split_name,
        split_kind,
        item_type,
        model_name,
        item_id,
        listener_count,
        band,
        list_count,
        expected_listener_count,
        list_count >= {{ var('undersold_min_lists') }}
        and expected_listener_count >= {{ var('undersold_ratio') }} * listener_count as is_undersold,
        cast(floor(4 * log2(listener_count)) as integer) as popularity_band,
        new_listener_count
    from expect_listeners
)

select * from final
