with

months as (
    select * from {{ ref('int_user_artist_months_counted') }}
),

artists as (
    select * from {{ ref('artists') }}
),

count_artists as (
    select
        user_id,
        artist_id,
        sum(play_count) as play_count
    from months
    group by all
),

rank_artists as (
    select
        *,
        row_number() over (partition by user_id order by play_count desc, artist_id asc) as place
    from count_artists
),

final as (
    select
        months.user_id,
        months.month,
        months.artist_id,
        artists.artist_name,
        cast(rank_artists.place as integer) as artist_rank,
        months.play_count
    from months
    inner join rank_artists
        on {{ same_keys('months', 'rank_artists', ['user_id', 'artist_id']) }}
            and rank_artists.place <= 10
    inner join artists on months.artist_id = artists.artist_id
)

select * from final
