with

plays as (
    select
        played_at,
        cast(played_at as date) as played_on
    from {{ ref('plays') }}
),

splits as (
    select * from {{ ref('int_splits_built') }}
    where split_kind = 'temporal'
),

shares as (
    select split_name, 'fit_until' as boundary, fit_share as share from splits
    union all
    select split_name, 'train_until' as boundary, train_share as share from splits
    union all
    select split_name, 'test_until' as boundary, test_end_share as share from splits
    where test_end_share < 1
),

-- the last moment before a date: a boundary belongs to the part that it ends
dated as (
    {%- for boundary in ['fit_until', 'train_until', 'test_until'] %}
    select
        split_name,
        '{{ boundary }}' as boundary,
        cast({{ boundary }} as timestamp) - interval '1 microsecond' as played_at
    from splits
    where {{ boundary }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

days as (
    select
        played_on,
        count(*) as play_count,
        sum(count(*)) over (order by played_on) as plays_so_far,
        sum(count(*)) over () as total_plays
    from plays
    group by played_on
),

-- the boundary is the time of play number ceil(share * n): find its day, then its place within the day
wanted as (
    select
        shares.split_name,
        shares.boundary,
        days.played_on,
        ceil(shares.share * days.total_plays) - (days.plays_so_far - days.play_count) as play_in_day
    from shares
    inner join days
        on ceil(shares.share * days.total_plays) > days.plays_so_far - days.play_count
            and ceil(shares.share * days.total_plays) <= days.plays_so_far
),

numbered as (
    select
        played_on,
        played_at,
        row_number() over (partition by played_on order by played_at) as play_in_day
    from plays
    where played_on in (select played_on from wanted)
),

final as (
    select
        wanted.split_name,
        wanted.boundary,
        numbered.played_at
    from wanted
    inner join numbered
        on {{ same_keys('wanted', 'numbered', ['played_on', 'play_in_day']) }}
    union all
    select * from dated
)

select * from final
