with

items as (
    select * from {{ ref('int_items_sold') }}
),

names as (
    select * from {{ ref('item_popularity') }}
),

describe_controls as (
    select
        item_type,
        popularity_band,
        count(*) as control_count,
        avg(listener_count) as control_listeners,
        avg(new_listener_count) as control_new_listeners
    from items
    where not is_undersold
    group by all
),

final as (
    select
        items.split_name,
        items.split_kind,
        items.item_type,
        items.model_name,
        items.item_id,
        names.item_name,
        names.artist_name,
        items.listener_count,
        items.band,
        items.list_count,
        items.expected_listener_count,
        {{ rounded('items.expected_listener_count / items.listener_count') }} as undersold_ratio,
        items.popularity_band,
        items.new_listener_count,
        coalesce(describe_controls.control_count, 0) as control_count,
        {{ rounded('describe_controls.control_listeners') }} as control_listeners,
        {{ rounded('describe_controls.control_new_listeners') }} as control_new_listeners,
        {{ rounded('items.new_listener_count - describe_controls.control_new_listeners') }} as new_listener_lead
    from items
    inner join names
        on {{ same_keys('items', 'names', ['item_type', 'item_id']) }}
    left join describe_controls
        on {{ same_keys('items', 'describe_controls', ['item_type', 'popularity_band']) }}
    where items.is_undersold
)

select * from final
