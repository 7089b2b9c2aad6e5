-- no active user or item has too few active ones of the other kind
with

-- a cell may be in fit and in validation
cells as (
    select distinct
        split_name,
        item_type,
        user_index,
        item_index
    from {{ ref('training_interactions') }}
),

users as (
    select
        split_name,
        item_type,
        user_index as member,
        count(*) as degree,
        {{ var('min_items_per_user') }} as threshold
    from cells
    group by split_name, item_type, user_index
),

items as (
    select
        split_name,
        item_type,
        item_index as member,
        count(*) as degree,
        case item_type
            when 'track' then {{ var('min_users_per_track') }}
            else {{ var('min_users_per_artist') }}
        end as threshold
    from cells
    group by split_name, item_type, item_index
)

select * from users
where degree < threshold
union all
select * from items
where degree < threshold
