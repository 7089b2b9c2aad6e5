with

members as (
    select * from {{ ref('int_k_core_peeled') }}
    where is_active and item_id is not null
),

track_artists as (
    select * from {{ ref('int_track_artists') }}
),

parents as (
    select
        members.split_name,
        members.item_type,
        members.item_id,
        case when members.item_type = 'track' then track_artists.artist_id else members.item_id end as parent_id
    from members
    left join track_artists on members.item_id = track_artists.track_id
),

final as (
    select
        split_name,
        item_type,
        cast(row_number() over (partition by split_name, item_type order by item_id) - 1 as bigint) as item_index,
        item_id,
        cast(dense_rank() over (partition by split_name, item_type order by parent_id) - 1 as bigint)
            as parent_item_index
    from parents
)

select * from final
