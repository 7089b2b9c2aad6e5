with

totals as (
    select * from {{ ref('int_item_totals') }}
),

items as (
    select
        'artist' as item_type,
        artist_id as item_id,
        artist_name as item_name,
        artist_name
    from {{ ref('artists') }}
    union all
    select
        'track' as item_type,
        track_id as item_id,
        track_name as item_name,
        artist_name
    from {{ ref('tracks') }}
),

ranked as (
    select
        items.item_type,
        items.item_id,
        items.item_name,
        items.artist_name,
        totals.play_count,
        totals.listener_count,
        row_number() over by_popularity as popularity_rank,
        totals.play_count / sum(totals.play_count) over (partition by items.item_type) as play_share,
        sum(totals.play_count) over by_popularity
        / sum(totals.play_count) over (partition by items.item_type) as cumulative_play_share
    from items
    inner join totals
        on items.item_type = totals.item_type
            and items.item_id = totals.item_id
    window by_popularity as (
        partition by items.item_type
        order by totals.play_count desc, totals.listener_count desc, items.item_id asc
        rows between unbounded preceding and current row
    )
),

final as (
    select
        item_type,
        item_id,
        item_name,
        artist_name,
        play_count,
        listener_count,
        cast(popularity_rank as bigint) as popularity_rank,
        cast(play_share as double) as play_share,
        cast(cumulative_play_share as double) as cumulative_play_share
    from ranked
)

select * from final
