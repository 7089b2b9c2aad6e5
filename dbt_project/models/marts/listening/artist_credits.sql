with

lists as (
    select * from {{ ref('int_artist_lists_read') }}
),

artists as (
    select * from {{ ref('artists') }}
),

final as (
    select
        lists.artist_id,
        artists.artist_name,
        cast(lists.position as integer) as position,
        min(lists.credited_artist_id) as credited_artist_id,
        min(lists.credited_name) as credited_name
    from lists
    inner join artists on lists.artist_id = artists.artist_id
    group by
        lists.artist_id,
        artists.artist_name,
        lists.position
)

select * from final
