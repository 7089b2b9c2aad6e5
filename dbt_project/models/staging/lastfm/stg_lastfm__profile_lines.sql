{{ config(materialized='table', post_hook="{{ copy_reader_rejects(this, profile_files()) }}") }}

with

lines as (
    {{ read_lines(profile_files()) }}
),

numbered as (
    select
        file_id,
        line,
        {{ line_order() }} as line_order
    from lines
),

split_lines as (
    select
        line_order,
        line_order = min(line_order) over (partition by file_id) as is_first,
        line,
        {{ split_text('line', '\t') }} as fields
    from numbered
),

typed as (
    select
        line_order,
        {{ nth(1) }} as user_id,
        {{ given(nth(2)) }} as gender,
        {{ given(nth(3)) }} as age_text,
        {{ given(nth(4)) }} as country,
        {{ given(nth(5)) }} as registered_text,
        {{ whole_number('age_text') }} as age,
        {{ date_in('registered_text') }} as registered_on,
        case
            when line is null then 'blank line'
            when {{ nth(1) }} = '#id' then 'header'
            when {{ count_of('fields') }} != 5 then 'not 5 fields'
            when {{ is_blank(nth(1)) }} then 'no user'
            when {{ is_date(nth(1)) }} then 'user is a date'
            when line = concat_ws(chr(9), '0', '1', '2', '3', '4') then 'header'
            when
                {{ is_heading(nth(1), 'user') }}
                and (
                    {{ is_heading(nth(2), 'gender') }}
                    or {{ is_heading(nth(3), 'age') }}
                    or {{ is_heading(nth(4), 'country') }}
                    or {{ is_heading(nth(5), 'registered') }}
                ) then 'header'
            -- names of columns in words that are not known: where numbers and dates stand, there is no digit
            when is_first
                and {{ gender_level('gender') }} not in ('f', 'm')
                and {{ matches_whole('age_text', '[^0-9]+') }}
                and {{ matches_whole('registered_text', '[^0-9]+') }} then 'header'
        end as reason
    from split_lines
),

final as (
    select
        line_order,
        user_id,
        gender,
        cast(age as integer) as age,
        age is null and age_text is not null as is_age_unreadable,
        country,
        registered_on,
        registered_on is null and registered_text is not null as is_date_unreadable,
        -- one profile a user: the first
        case
            when reason is null and row_number() over (partition by user_id, reason order by line_order) > 1
                then 'further profile of the user'
            else reason
        end as reason
    from typed
)

select * from final
