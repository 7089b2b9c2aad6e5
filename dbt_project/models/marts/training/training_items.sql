with

cells as (
    select distinct
        split_name,
        item_type,
        item_id
    from {{ ref('int_train_cells_active') }}
),

track_artists as (
    select distinct track_id, artist_id from {{ ref('int_spellings_identified') }}
),

parents as (
    select
        cells.split_name,
        cells.item_type,
        cells.item_id,
        case when cells.item_type = 'track' then track_artists.artist_id else cells.item_id end as parent_id
    from cells
    left join track_artists on cells.item_id = track_artists.track_id
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
