with

tags as (
    select * from {{ ref('stg_metadata__artist_tags') }}
),

excluded as (
    select {{ tag_key('tag') }} as tag_key
    from {{ ref('excluded_tags') }}
),

artists as (
    select * from {{ ref('artists') }}
),

key_tags as (
    select
        *,
        {{ tag_key('tag') }} as tag_key
    from tags
),

-- a tag is shown as most people write it
rank_spellings as (
    select
        tag_key,
        tag,
        row_number() over (partition by tag_key order by sum(tag_count) desc, tag asc) as spelling_rank
    from key_tags
    group by tag_key, tag
),

keep_genres as (
    select
        key_tags.artist_id,
        key_tags.tag_key,
        sum(key_tags.tag_count) as tag_count
    from key_tags
    anti join excluded on key_tags.tag_key = excluded.tag_key
    group by all
),

final as (
    select
        artists.artist_id,
        artists.artist_name,
        rank_spellings.tag,
        cast(keep_genres.tag_count as bigint) as tag_count,
        cast(
            keep_genres.tag_count / sum(keep_genres.tag_count) over (partition by artists.artist_id) as double
        ) as share,
        cast(
            row_number() over (
                partition by artists.artist_id order by keep_genres.tag_count desc, rank_spellings.tag asc
            ) as integer
        ) as rank
    from keep_genres
    inner join artists on keep_genres.artist_id = artists.artist_id
    inner join rank_spellings on keep_genres.tag_key = rank_spellings.tag_key and rank_spellings.spelling_rank = 1
)

select * from final
