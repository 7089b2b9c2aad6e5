with

plays as (
    select * from {{ ref('plays') }}
),

cells as (
    select * from {{ ref('user_item_plays') }}
    where item_type = 'track'
),

-- what is played so often within so many days has a day with as many plays as the mean or more
set_bars as (
    select
        user_id,
        max(
            play_count
            / (1 + {{ days_between('cast(first_played_at as date)', 'cast(last_played_at as date)') }})
        ) as play_count
    from cells
    group by user_id
),

-- no other track can have a day of so many, and these have half of all plays
choose_tracks as (
    select
        cells.user_id,
        cells.item_id
    from cells
    inner join set_bars
        on cells.user_id = set_bars.user_id
            and cells.play_count >= set_bars.play_count
),

count_days as (
    select
        plays.user_id,
        plays.track_id,
        cast(plays.played_at as date) as day,
        count(*) as play_count
    from plays
    semi join choose_tracks
        on plays.user_id = choose_tracks.user_id
            and plays.track_id = choose_tracks.item_id
    group by all
),

rank_days as (
    select
        *,
        row_number() over (partition by user_id order by play_count desc, day asc, track_id asc) as place
    from count_days
),

final as (
    select
        user_id,
        track_id,
        day,
        play_count
    from rank_days
    where place = 1
)

select * from final
