{#- bins along each side: more are finer than a printed picture shows -#}
{%- set bins = 100 -%}
with

interactions as (
    select * from {{ ref('training_interactions') }}
),

default_split as (
    select split_name from {{ ref('int_splits_built') }}
    where is_default
),

-- a cell of a temporal split may lie in fit and in validation
cells as (
    select distinct
        interactions.split_name,
        interactions.item_type,
        interactions.user_index,
        interactions.item_index
    from interactions
    inner join default_split on interactions.split_name = default_split.split_name
),
{% for entity, other in [('user', 'item'), ('item', 'user')] %}
rank_{{ entity }}s as (
    select
        item_type,
        {{ entity }}_index,
        row_number() over (partition by item_type order by count(*) desc, {{ entity }}_index asc) as place,
        count(*) over (partition by item_type) as {{ entity }}_count
    from cells
    group by
        item_type,
        {{ entity }}_index
),

bin_{{ entity }}s as (
    select
        item_type,
        {{ entity }}_index,
        cast(
            floor((place - 1) * least({{ entity }}_count, {{ bins }}) / {{ entity }}_count) as integer
        ) as {{ entity }}_bin
    from rank_{{ entity }}s
),

count_{{ entity }}s as (
    select
        item_type,
        {{ entity }}_bin,
        count(*) as {{ entity }}_count
    from bin_{{ entity }}s
    group by all
),
{% endfor %}
count_cells as (
    select
        cells.split_name,
        cells.item_type,
        bin_users.user_bin,
        bin_items.item_bin,
        count(*) as cell_count
    from cells
    inner join bin_users
        on {{ same_keys('cells', 'bin_users', ['item_type', 'user_index']) }}
    inner join bin_items
        on {{ same_keys('cells', 'bin_items', ['item_type', 'item_index']) }}
    group by all
),

final as (
    select
        count_cells.split_name,
        count_cells.item_type,
        count_cells.user_bin,
        count_cells.item_bin,
        count_users.user_count,
        count_items.item_count,
        count_cells.cell_count,
        {{ rounded('count_cells.cell_count / (count_users.user_count * count_items.item_count)') }} as density
    from count_cells
    inner join count_users
        on {{ same_keys('count_cells', 'count_users', ['item_type', 'user_bin']) }}
    inner join count_items
        on {{ same_keys('count_cells', 'count_items', ['item_type', 'item_bin']) }}
)

select * from final
