{{ config(materialized='table', post_hook="{{ copy_reader_rejects(this, profile_files()) }}") }}

with

lines as (
    {{ read_lines(profile_files()) }}
),

numbered as (
    select
        line,
        row_number() over () as line_order
    from lines
),

split_lines as (
    select
        line_order,
        line,
        string_split(line, chr(9)) as fields
    from numbered
),

final as (
    select
        line_order,
        fields[1] as user_id,
        nullif(fields[2], '') as gender,
        case when regexp_full_match(fields[3], '[0-9]{1,9}') then cast(fields[3] as integer) end as age,
        nullif(fields[4], '') as country,
        cast(try_strptime(fields[5], '%b %d, %Y') as date) as registered_on,
        case
            when line is null then 'blank line'
            when fields[1] = '#id' then 'header'
            when len(fields) != 5 then 'not 5 fields'
            when {{ is_blank('fields[1]') }} then 'no user'
        end as reason
    from split_lines
)

select * from final
