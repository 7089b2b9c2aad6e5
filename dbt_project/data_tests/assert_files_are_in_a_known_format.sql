{#- dbt prints error_if where the test fails, and the comment in it is the sentence for whoever reads that. -#}
{{ config(error_if='!= 0 /* no line of a raw file is in a known format: correct that file, or put it elsewhere */') }}
-- Files that hold lines of which none has the form of a play. A file of no lines, or of blank lines and headers
-- alone, is as good as empty.
with

lines as (
    select
        file_id,
        reason
    from {{ ref('int_lines_read') }}
    union all
    select
        file_id,
        reason
    from {{ ref('int_lines_undecoded') }}
)

select file_id
from lines
group by file_id
having
    sum(
        case
            when not {{ is_rejected('reason') }} then 1
            when reason in ('no user', 'user is a date', 'no artist name', 'now playing') then 1
            else 0
        end
    ) = 0
    and sum(case when reason <> 'blank line' and reason not like 'header%' then 1 else 0 end) > 0
