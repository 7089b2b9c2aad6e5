with

items as (
    select * from {{ ref('int_items_sold') }}
),

measured as (
    select * from {{ ref('undersold_items') }}
    where new_listener_lead is not null
),

draws as (
    select * from {{ ref('int_bootstrap_weights') }}
),

{{ mean_intervals(['item_type'], 'new_listener_lead', 'item_id') }},

catalogues as (
    select
        split_name,
        split_kind,
        item_type,
        model_name,
        count(*) as catalogue_count,
        sum(case when is_undersold then 1 else 0 end) as undersold_count
    from items
    group by all
),

sum_items as (
    select
        item_type,
        count(*) as item_count,
        avg(listener_count) as listeners,
        avg(control_listeners) as control_listeners,
        avg(new_listener_count) as new_listeners,
        avg(control_new_listeners) as control_new_listeners,
        avg(new_listener_lead) as mean_lead
    from measured
    group by item_type
),

final as (
    select
        catalogues.split_name,
        catalogues.split_kind,
        catalogues.split_kind = 'temporal' as is_later,
        catalogues.item_type,
        catalogues.model_name,
        catalogues.catalogue_count,
        cast(catalogues.undersold_count as bigint) as undersold_count,
        coalesce(sum_items.item_count, 0) as item_count,
        {{ rounded('sum_items.listeners') }} as listeners,
        {{ rounded('sum_items.control_listeners') }} as control_listeners,
        {{ rounded('sum_items.new_listeners') }} as new_listeners,
        {{ rounded('sum_items.control_new_listeners') }} as control_new_listeners,
        {{ rounded('sum_items.mean_lead') }} as new_listener_lead,
        intervals.ci_low,
        intervals.ci_high,
        {{ interval_verdict('intervals.ci_low', 'intervals.ci_high', 'more', 'no more') }} as verdict
    from catalogues
    left join sum_items on catalogues.item_type = sum_items.item_type
    left join intervals
        on catalogues.item_type = intervals.item_type
            and sum_items.item_count >= {{ var('min_segment_users') }}
)

select * from final
