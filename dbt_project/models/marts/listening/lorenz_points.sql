{#- 100 steps even in items for the curve, 100 even in the logarithm of the rank for its steep end -#}
{%- set steps = 100 -%}
with

items as (
    select * from {{ ref('item_popularity') }}
),

steps as (
    select number + 1 as step from {{ whole_numbers_below(steps) }}
),

count_items as (
    select
        item_type,
        count(*) as item_count
    from items
    group by item_type
),

choose_ranks as (
    select
        count_items.item_type,
        cast(ceil(count_items.item_count * steps.step / {{ steps }}.0) as bigint) as popularity_rank
    from count_items
    cross join steps
    union
    select
        count_items.item_type,
        cast(floor(power(count_items.item_count, (steps.step - 1) / {{ steps }}.0)) as bigint) as popularity_rank
    from count_items
    cross join steps
),

-- what is less played than the item of a rank, beside the point where everything is
final as (
    select
        items.item_type,
        count_items.item_count - items.popularity_rank as item_count,
        {{ rounded('1 - items.popularity_rank / count_items.item_count') }} as item_share,
        {{ rounded('greatest(1 - items.cumulative_play_share, 0)') }} as play_share
    from items
    inner join choose_ranks
        on {{ same_keys('items', 'choose_ranks', ['item_type', 'popularity_rank']) }}
    inner join count_items on items.item_type = count_items.item_type
    union all
    select
        item_type,
        item_count,
        1 as item_share,
        1 as play_share
    from count_items
)

select * from final
