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
        string_split(line, chr(9)) as fields
    from numbered
    where line is not null
),

typed as (
    select
        line_order,
        fields[1] as user_id,
        nullif(fields[2], '') as gender,
        try_cast(fields[3] as integer) as age,
        nullif(fields[4], '') as country,
        cast(try_strptime(fields[5], '%b %d, %Y') as date) as registered_on
    from split_lines
    where len(fields) = 5
        and fields[1] != '#id'
        and not {{ is_blank('fields[1]') }}
),

final as (
    select
        user_id,
        gender,
        case when age between {{ var('min_age') }} and {{ var('max_age') }} then age end as age,
        country,
        registered_on
    from typed
    -- one profile a user: the first
    qualify row_number() over (partition by user_id order by line_order) = 1
)

select * from final
