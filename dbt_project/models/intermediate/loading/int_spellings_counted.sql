with

sequenced as (
    select * from {{ ref('int_plays_sequenced') }}
),

repeated as (
    select * from {{ ref('int_plays_repeated') }}
),

plays as (
    select
        sequenced.spelling_key,
        cast(count(*) as bigint) as play_count
    from sequenced
    anti join repeated
        on sequenced.file_id = repeated.file_id
            and sequenced.line_number = repeated.line_number
    group by sequenced.spelling_key
),

artist_plays as (
    select
        spelling_key,
        cast(sum(play_count) as bigint) as play_count
    from {{ ref('int_artist_plays_deduplicated') }}
    where not is_duplicate
    group by spelling_key
),

spellings as (
    select * from {{ ref('int_spellings_identified') }}
),

counted as (
    select * from plays
    union all
    select * from artist_plays
),

final as (
    select
        spellings.artist_id,
        spellings.track_id,
        {{ trimmed('spellings.artist_name') }} as artist_name,
        spellings.artist_mbid,
        {{ trimmed('spellings.track_name') }} as track_name,
        spellings.is_untitled,
        spellings.track_mbid,
        counted.play_count
    from counted
    inner join spellings on counted.spelling_key = spellings.spelling_key
)

select * from final
