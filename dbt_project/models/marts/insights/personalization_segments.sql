{%- set keys = ['split_name', 'item_type', 'task', 'model_name', 'segment', 'segment_value'] -%}
with

gains as (
    select * from {{ ref('personalization_gain') }}
    where gain is not null
),

segments as (
    select * from {{ ref('int_user_segments') }}
),

draws as (
    select * from {{ ref('int_bootstrap_weights') }}
),

measured as (
    select
        gains.*,
        segments.segment,
        segments.segment_value
    from gains
    inner join segments
        on {{ same_keys('gains', 'segments', ['split_name', 'item_type', 'user_id']) }}
    union all
    select
        gains.*,
        'everyone' as segment,
        'everyone' as segment_value
    from gains
),

{{ mean_intervals(keys, 'gain', 'user_id') }},

sum_users as (
    select
        {{ key_columns(keys) }},
        metric,
        k,
        count(*) as n_users,
        avg(gain) as mean_gain,
        avg(case when gain > 0 then 1 else 0 end) as share_better,
        avg(case when gain < 0 then 1 else 0 end) as share_worse,
        avg(case when gain = 0 then 1 else 0 end) as share_equal
    from measured
    group by all
),

final as (
    select
        {{ key_columns(keys, 'sum_users') }},
        sum_users.metric,
        sum_users.k,
        {{ rounded('sum_users.mean_gain') }} as mean_gain,
        intervals.ci_low,
        intervals.ci_high,
        {{ interval_verdict('intervals.ci_low', 'intervals.ci_high', 'pays', 'does not pay') }} as verdict,
        {{ rounded('sum_users.share_better') }} as share_better,
        {{ rounded('sum_users.share_worse') }} as share_worse,
        {{ rounded('sum_users.share_equal') }} as share_equal,
        sum_users.n_users
    from sum_users
    left join intervals
        on {{ same_keys('sum_users', 'intervals', keys) }}
            and sum_users.n_users >= {{ var('min_segment_users') }}
)

select * from final
