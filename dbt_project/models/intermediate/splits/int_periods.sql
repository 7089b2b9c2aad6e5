with

boundaries as (
    select distinct played_at from {{ ref('int_split_boundaries') }}
),

edges as (
    select played_at from boundaries
    union all
    select cast('0001-01-01' as timestamp) as played_at
),

final as (
    select
        row_number() over (order by played_at) - 1 as period,
        played_at as after,
        lead(played_at, 1, cast('9999-12-31' as timestamp)) over (order by played_at) as until
    from edges
)

select * from final
