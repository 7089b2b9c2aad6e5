with

items as (
    select * from {{ ref('training_items') }}
),

track_artists as (
    select * from {{ ref('int_track_artists') }}
),

tags as (
    select * from {{ ref('artist_tags') }}
),

parents as (
    select distinct
        items.split_name,
        items.item_type,
        items.parent_item_index,
        case when items.item_type = 'track' then track_artists.artist_id else items.item_id end as artist_id
    from items
    left join track_artists on items.item_id = track_artists.track_id
),

final as (
    select
        parents.split_name,
        parents.item_type,
        parents.parent_item_index,
        cast(dense_rank() over (partition by parents.split_name, parents.item_type order by tags.tag) - 1 as bigint)
            as tag_index,
        tags.tag_count
    from parents
    inner join tags on parents.artist_id = tags.artist_id
)

select * from final
