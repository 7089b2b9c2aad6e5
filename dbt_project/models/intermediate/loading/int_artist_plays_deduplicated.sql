with

lines as (
    select * from {{ ref('int_lines_numbered') }}
    where reason is null and played_at is null
),

spellings as (
    select * from {{ ref('int_spellings_identified') }}
),

final as (
    select
        lines.file_id,
        lines.line_number,
        lines.user_id,
        spellings.artist_id,
        lines.spelling_key,
        cast(lines.play_count as bigint) as play_count,
        row_number() over (
            partition by lines.user_id, lines.spelling_key, lines.play_count
            order by lines.file_id, lines.line_number
        ) > 1 as is_duplicate
    from lines
    inner join spellings on lines.spelling_key = spellings.spelling_key
)

select * from final
