with

parts as (
    select * from {{ ref('int_split_parts') }}
    -- split 'full' has no limits of time
    where coalesce(after, until) is not null
),

periods as (
    select * from {{ ref('int_periods') }}
),

final as (
    select
        parts.split_name,
        parts.part,
        periods.period,
        count(*) over (partition by parts.split_name, parts.part) as periods_in_part
    from parts
    inner join periods
        on periods.after >= coalesce(parts.after, periods.after)
            and periods.until <= coalesce(parts.until, periods.until)
)

select * from final
