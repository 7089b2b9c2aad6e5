with

ranges as (
    select * from {{ ref('stg_lastfm__plausible_ranges') }}
),

-- the tables keep file order, so rowid is the position within the load; render() keeps it there under --empty
plays as (
    select
        lines.file_id,
        lines.rowid as position,
        lines.user_id,
        lines.played_at,
        lines.played_at between ranges.plausible_from and ranges.plausible_to as is_plausible,
        1 as play_count,
        lines.spelling_key,
        lines.reason,
        lines.raw_line
    from {{ ref('stg_lastfm__plays').render() }} as lines
    left join ranges on lines.file_id = ranges.file_id
),

artist_plays as (
    select
        file_id,
        rowid as position,
        user_id,
        cast(null as timestamp) as played_at,
        true as is_plausible,
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
