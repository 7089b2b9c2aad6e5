{{ config(materialized='table', post_hook="{{ copy_reader_rejects(this, artist_tag_files()) }}") }}

with

lines as (
    {{ read_lines(artist_tag_files()) }}
),

split_lines as (
    select
        line,
        {{ split_text('line', '\t') }} as fields
    from lines
),

final as (
    select
        {{ nth(1) }} as artist_name,
        {{ nth(2) }} as tag,
        {{ whole_number(nth(3)) }} as tag_count,
        case
            when line is null then 'blank line'
            when tag_count is null and {{ is_heading(nth(2), 'tag') }} then 'header'
            when {{ count_of('fields') }} != 3 then 'not 3 fields'
            when {{ is_blank(nth(1)) }} then 'no artist name'
            when {{ is_blank(nth(2)) }} then 'no tag'
            when coalesce(tag_count, 0) = 0 then 'count is not a positive number'
        end as reason
    from split_lines
)

select * from final
