with

-- the tables keep file order, so rowid is the position within the load; render() keeps it there under --empty
plays as (
    select
        file_id,
        rowid as position,
        user_id,
        played_at,
        1 as play_count,
        spelling_key,
        reason,
        raw_line
    from {{ ref('stg_lastfm__plays').render() }}
),

artist_plays as (
    select
        file_id,
        rowid as position,
        user_id,
        cast(null as timestamp) as played_at,
        play_count,
        spelling_key,
        reason,
        raw_line
    from {{ ref('stg_lastfm__artist_plays').render() }}
),

final as (
    select * from plays
    union all
    select * from artist_plays
)

select * from final
