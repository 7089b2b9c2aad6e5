{{ config(error_if='!= 0 /* the k-core is not stable yet: raise the var k_core_rounds */') }}
-- Active users and items that the unrolled rounds left below a threshold: raise the var k_core_rounds.
with

cells as (
    select * from {{ ref('int_train_cells_active') }}
),

users as (
    select
        split_name,
        item_type,
        user_id as member,
        count(*) as degree,
        {{ var('min_items_per_user') }} as threshold
    from cells
    group by split_name, item_type, user_id
),

items as (
    select
        split_name,
        item_type,
        cast(item_id as varchar) as member,
        count(*) as degree,
        case item_type
            when 'track' then {{ var('min_users_per_track') }}
            else {{ var('min_users_per_artist') }}
        end as threshold
    from cells
    group by split_name, item_type, item_id
)

select * from users
where degree < threshold
union all
select * from items
where degree < threshold
