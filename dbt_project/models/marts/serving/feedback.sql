with

entries as (
    select * from {{ ref('stg_feedback__entries') }}
),

users as (
    select * from {{ ref('users') }}
),

items as (
    select * from {{ ref('item_popularity') }}
),

matched as (
    select
        entries.*,
        users.user_id is not null as is_known_user,
        items.item_id is not null as is_known_item,
        row_number() over (
            partition by entries.user_id, entries.item_type, entries.item_id
            order by entries.given_on desc, entries.entry_number desc
        ) as recency
    from entries
    left join users on entries.user_id = users.user_id
    left join items
        on {{ same_keys('entries', 'items', ['item_type', 'item_id']) }}
),

final as (
    select
        entry_number,
        user_id,
        item_type,
        artist,
        title,
        feedback,
        given_on,
        case when is_known_item then item_id end as item_id,
        case
            when not is_known_user then 'unknown user'
            when not is_known_item then 'unknown item'
            when recency > 1 then 'superseded'
            else 'ok'
        end as status
    from matched
)

select * from final
