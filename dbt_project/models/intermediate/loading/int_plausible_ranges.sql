{#- A file tells what it is: the published 1K data holds users user_000001 to user_001000 and ends with 2009, but for
two lines of 2010 and 2013. A share as well as a number: two late plays of a short file are not taken for those. -#}
{%- set first, last = timestamp_var('first_plausible_play'), timestamp_var('last_plausible_play') %}

with

lines as (
    select * from {{ ref('int_lines_read') }}
),

files as (
    select * from {{ ref('int_files_recognized') }}
    where has_times
),

-- users first: their ids are then looked at once each
count_late_plays as (
    select
        lines.file_id,
        lines.user_id,
        sum(case when lines.reason is null then 1 else 0 end) as play_count,
        sum(case when lines.reason is null and lines.played_at >= timestamp '2010-01-01' then 1 else 0 end)
            as late_count
    from lines
    inner join files on lines.file_id = files.file_id
    group by
        lines.file_id,
        lines.user_id
),

tell_published_files as (
    select
        file_id,
        min(
            case
                when play_count = 0 then 1
                when {{ is_user_of_published_1k('user_id') }} then 1
                else 0
            end
        ) = 1
        and sum(late_count) <= 2
        and sum(late_count) * 100 <= sum(play_count) as is_published_1k
    from count_late_plays
    group by file_id
),

final as (
    select
        file_id,
        -- Audioscrobbler, the logger of the published data and of Last.fm, started in late 2002
        coalesce({{ first }}, timestamp '2002-01-01 00:00:00') as plausible_from,
        coalesce(
            {{ last }},
            case
                when is_published_1k then timestamp '2009-12-31 23:59:59'
                else {{ load_time() }} + interval '1 day'
            end
        ) as plausible_to,
        case
            when {{ last }} is not null then 'vars'
            else
                case when {{ first }} is not null then 'vars and ' else '' end
                || case when is_published_1k then 'published 1K data' else 'time of the load' end
        end as plausible_by
    from tell_published_files
)

select * from final
