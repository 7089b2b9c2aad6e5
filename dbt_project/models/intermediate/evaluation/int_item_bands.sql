with

items as (
    select * from {{ ref('int_items_measured') }}
),

accumulate_listeners as (
    select
        *,
        sum(listener_count) over (
            partition by split_name, item_type
            order by listener_count desc, item_id asc
            rows between unbounded preceding and current row
        ) - listener_count as listeners_before,
        sum(listener_count) over (partition by split_name, item_type) as listeners
    from items
),

final as (
    select
        split_name,
        item_type,
        item_id,
        case
            when listeners_before * 3 < listeners then 'head'
            when listeners_before * 3 < listeners * 2 then 'middle'
            else 'tail'
        end as band
    from accumulate_listeners
)

select * from final
