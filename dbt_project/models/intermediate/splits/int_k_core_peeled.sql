{#- The k-core is a fixed point, found by peeling (Batagelj & Zaversnik 2003). Its first rounds are unrolled for all
splits and item types at once: SQL has no loop that both DuckDB and Spark know. A round takes the cells of those just lost off
the degrees of the others, so it looks up few keys: 12 rounds over 10 million cells cost 7 s of CPU, and 31 s where each
round counts all cells that are left. Members below their threshold after the last round are left to the hook. -#}
{{ config(pre_hook='{{ prepare_the_core() }}', post_hook='{{ peel_to_the_core() }}') }}
with

train_cells as (
    select * from {{ ref('int_train_cells') }}
),

users as (
    select * from {{ ref('int_users_numbered') }}
),

studies as (
    {{ prepared('studies', core_studies('train_cells')) }}
),

cells as (
    {{ prepared('cells', core_cells('train_cells', 'studies', 'users')) }}
),

users_0 as (
    select
        study_number,
        user_number,
        count(*) as degree
    from cells
    group by study_number, user_number
),

items_0 as (
    select
        cells.study_number,
        cells.item_id,
        studies.min_users,
        count(*) as degree
    from cells
    inner join studies on cells.study_number = studies.study_number
    group by cells.study_number, cells.item_id, studies.min_users
),
{% for round in range(1, unrolled_rounds() + 1) -%}
{%- set before = round - 1 %}
items_lost_{{ round }} as (
    select study_number, item_id
    from items_{{ before }}
    where degree < min_users
),

user_losses_{{ round }} as (
    select cells.study_number, cells.user_number, count(*) as losses
    from cells
    semi join items_lost_{{ round }} as lost
        on cells.study_number = lost.study_number and cells.item_id = lost.item_id
    group by cells.study_number, cells.user_number
),

users_{{ round }} as (
    select
        users_{{ before }}.study_number,
        users_{{ before }}.user_number,
        users_{{ before }}.degree - coalesce(taken.losses, 0) as degree
    from users_{{ before }}
    left join user_losses_{{ round }} as taken
        on users_{{ before }}.study_number = taken.study_number and users_{{ before }}.user_number = taken.user_number
    {{ 'where users_' ~ before ~ '.degree >= ' ~ var('min_items_per_user') if not loop.first }}
),

users_lost_{{ round }} as (
    select study_number, user_number
    from users_{{ round }}
    where degree < {{ var('min_items_per_user') }}
),

item_losses_{{ round }} as (
    select cells.study_number, cells.item_id, count(*) as losses
    from cells
    semi join users_lost_{{ round }} as lost
        on cells.study_number = lost.study_number and cells.user_number = lost.user_number
    group by cells.study_number, cells.item_id
),

items_{{ round }} as (
    select
        items_{{ before }}.study_number,
        items_{{ before }}.item_id,
        items_{{ before }}.min_users,
        items_{{ before }}.degree - coalesce(taken.losses, 0) as degree
    from items_{{ before }}
    left join item_losses_{{ round }} as taken
        on items_{{ before }}.study_number = taken.study_number and items_{{ before }}.item_id = taken.item_id
    where items_{{ before }}.degree >= items_{{ before }}.min_users
),
{% endfor %}
members as (
    select
        users_0.study_number,
        users_0.user_number,
        cast(null as bigint) as item_id,
        users_0.degree,
        {{ 'core' if unrolled_rounds() else 'users_0' }}.degree as active_degree
    from users_0
    {% if unrolled_rounds() %}
    left join users_{{ unrolled_rounds() }} as core
        on users_0.study_number = core.study_number
            and users_0.user_number = core.user_number
    {% endif %}
    union all
    select
        items_0.study_number,
        cast(null as integer) as user_number,
        items_0.item_id,
        items_0.degree,
        {{ 'core' if unrolled_rounds() else 'items_0' }}.degree as active_degree
    from items_0
    {% if unrolled_rounds() %}
    left join items_{{ unrolled_rounds() }} as core
        on items_0.study_number = core.study_number
            and items_0.item_id = core.item_id
    {% endif %}
),

final as (
    select
        studies.split_name,
        studies.item_type,
        users.user_id,
        members.item_id,
        members.active_degree is not null as is_active,
        cast(members.degree as bigint) as degree,
        cast(members.active_degree as bigint) as active_degree
    from members
    inner join studies on members.study_number = studies.study_number
    left join users on members.user_number = users.user_number
)

select * from final
