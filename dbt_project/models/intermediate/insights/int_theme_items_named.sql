with

theme_items as (
    select * from {{ ref('stg_recommender__theme_items') }}
),

popularity as (
    select * from {{ ref('item_popularity') }}
),

item_artists as (
    select
        'artist' as item_type,
        artist_id as item_id,
        artist_id
    from {{ ref('artists') }}
    union all
    select
        'track' as item_type,
        track_id as item_id,
        artist_id
    from {{ ref('tracks') }}
),

final as (
    select
        theme_items.item_type,
        theme_items.model_name,
        theme_items.n_themes,
        theme_items.theme_id,
        theme_items.rank,
        theme_items.weight,
        theme_items.item_id,
        popularity.item_name,
        item_artists.artist_id,
        popularity.artist_name
    from theme_items
    inner join popularity
        on {{ same_keys('theme_items', 'popularity', ['item_type', 'item_id']) }}
    inner join item_artists
        on {{ same_keys('theme_items', 'item_artists', ['item_type', 'item_id']) }}
)

select * from final
