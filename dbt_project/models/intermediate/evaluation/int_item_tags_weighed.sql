with

items as (
    select * from {{ ref('training_items') }}
),

tracks as (
    select * from {{ ref('tracks') }}
),

tags as (
    select * from {{ ref('artist_tags') }}
    where rank <= {{ var('tags_per_artist') }}
),

artist_tags as (
    select
        artist_id,
        tag,
        share / sqrt(sum(share * share) over (partition by artist_id)) as weight,
        share / sum(share) over (partition by artist_id) as share
    from tags
),

item_artists as (
    select
        items.split_name,
        items.item_type,
        items.item_id,
        case when items.item_type = 'track' then tracks.artist_id else items.item_id end as artist_id
    from items
    left join tracks on items.item_id = tracks.track_id
),

final as (
    select
        item_artists.split_name,
        item_artists.item_type,
        item_artists.item_id,
        artist_tags.tag,
        artist_tags.weight,
        artist_tags.share
    from item_artists
    inner join artist_tags on item_artists.artist_id = artist_tags.artist_id
)

select * from final
