{{ config(materialized='table', post_hook="{{ copy_reader_rejects(this, artist_tag_files()) }}") }}

with

lines as (
    {{ read_lines(artist_tag_files()) }}
),

split_lines as (
    select
        line,
        string_split(line, chr(9)) as fields
    from lines
),

final as (
    select
        fields[1] as artist_name,
        fields[2] as tag,
        {{ whole_number('fields[3]') }} as tag_count,
        case
            when line is null then 'blank line'
            when tag_count is null and {{ is_heading('fields[2]', 'tag') }} then 'header'
            when len(fields) != 3 then 'not 3 fields'
            when {{ is_blank('fields[1]') }} then 'no artist name'
            when {{ is_blank('fields[2]') }} then 'no tag'
            when coalesce(tag_count, 0) = 0 then 'count is not a positive number'
        end as reason
    from split_lines
)

select * from final
