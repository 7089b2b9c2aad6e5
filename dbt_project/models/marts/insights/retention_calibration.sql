with

users as (
    select * from {{ ref('retention') }}
    where predicted is not null
),

rank_users as (
    select
        *,
        row_number() over (order by predicted, user_id) as place,
        count(*) over () as user_count
    from users
),

bin_users as (
    select
        *,
        cast(ceil(place * {{ var('retention_bins') }} / user_count) as integer) as bin
    from rank_users
),

count_bins as (
    select
        bin,
        count(*) as n_users,
        sum(cast(is_retained as integer)) as retained_users,
        avg(predicted) as predicted,
        min(predicted) as predicted_low,
        max(predicted) as predicted_high
    from bin_users
    group by bin
),

final as (
    select
        bin,
        n_users,
        {{ rounded('predicted') }} as predicted,
        {{ rounded('predicted_low') }} as predicted_low,
        {{ rounded('predicted_high') }} as predicted_high,
        {{ rounded('retained_users / n_users') }} as observed,
        {{ rounded(wilson_end('retained_users', 'n_users', '-')) }} as ci_low,
        {{ rounded(wilson_end('retained_users', 'n_users', '+')) }} as ci_high
    from count_bins
)

select * from final
