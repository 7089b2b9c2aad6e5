with

months as (
    select * from {{ ref('int_user_artist_months_counted') }}
),

artists as (
    select * from {{ ref('artists') }}
),

count_years as (
    select
        user_id,
        cast(extract(year from month) as integer) as year,
        artist_id,
        sum(play_count) as play_count
    from months
    group by all
),

rank_artists as (
    select
        *,
        row_number() over (partition by user_id, year order by play_count desc, artist_id asc) as place
    from count_years
),

final as (
    select
        rank_artists.user_id,
        rank_artists.year,
        cast(rank_artists.place as integer) as rank,
        rank_artists.artist_id,
        artists.artist_name,
        cast(rank_artists.play_count as bigint) as play_count
    from rank_artists
    inner join artists on rank_artists.artist_id = artists.artist_id
    where rank_artists.place <= 10
)

select * from final
