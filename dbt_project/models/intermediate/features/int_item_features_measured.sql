with

item_totals as (
    select * from {{ ref('int_item_totals') }}
),

cells as (
    select * from {{ ref('user_item_plays') }}
),

listeners as (
    select * from {{ ref('int_user_features_measured') }}
),

tracks as (
    select * from {{ ref('tracks') }}
),

track_hours as (
    select * from {{ ref('int_track_hours_counted') }}
),

-- the profile of an item with fewer listeners is theirs
keep_shared_items as (
    select * from item_totals
    where (item_type = 'track' and listener_count >= {{ var('min_users_per_track') }})
        or (item_type = 'artist' and listener_count >= {{ var('min_users_per_artist') }})
),

find_last_day as (
    select cast(max(last_played_at) as date) as last_day from cells
),

describe_listeners as (
    select
        cells.item_type,
        cells.item_id,
        max(cells.play_count) as top_listener_plays,
        sum(case when cells.play_count > 1 then 1 else 0 end) as repeat_listeners,
        sum(
            case
                when {{ days_between('cast(cells.first_played_at as date)', 'find_last_day.last_day') }}
                    < {{ var('window_days') | max }} then 1
                else 0
            end
        ) as new_listeners,
        min(cells.first_played_at) as first_played_at,
        avg(listeners.mainstreamness) as listener_mainstreamness
    from cells
    inner join keep_shared_items
        on {{ same_keys('cells', 'keep_shared_items', ['item_type', 'item_id']) }}
    inner join listeners on cells.user_id = listeners.user_id
    cross join find_last_day
    group by all
),

describe_hours as (
    {%- for item_type in ['track', 'artist'] %}
    select
        '{{ item_type }}' as item_type,
        tracks.{{ item_type }}_id as item_id,
        sum(track_hours.weekend_plays) as weekend_plays,
        {%- for part in day_parts() %}
        sum(track_hours.{{ part }}_plays) as {{ part }}_plays,
        {%- endfor %}
        cast(sum(track_hours.play_count) as double) as play_count
    from track_hours
    inner join tracks on track_hours.track_id = tracks.track_id
    group by tracks.{{ item_type }}_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        keep_shared_items.item_type,
        keep_shared_items.item_id,
        keep_shared_items.play_count,
        keep_shared_items.listener_count,
        keep_shared_items.play_count / keep_shared_items.listener_count as plays_per_listener,
        describe_listeners.top_listener_plays / keep_shared_items.play_count as top_listener_share,
        describe_listeners.repeat_listeners / keep_shared_items.listener_count as repeat_listener_share,
        case
            when describe_listeners.first_played_at is not null
                then describe_listeners.new_listeners / keep_shared_items.listener_count
        end as new_listener_share,
        {{ rounded('describe_listeners.listener_mainstreamness') }} as listener_mainstreamness,
        {%- for part in day_parts() %}
        describe_hours.{{ part }}_plays / describe_hours.play_count as {{ part }}_share,
        {%- endfor %}
        describe_hours.weekend_plays / describe_hours.play_count as weekend_share,
        {{ days_between('cast(describe_listeners.first_played_at as date)', 'find_last_day.last_day') }} as age_days
    from keep_shared_items
    inner join describe_listeners
        on {{ same_keys('keep_shared_items', 'describe_listeners', ['item_type', 'item_id']) }}
    left join describe_hours
        on {{ same_keys('keep_shared_items', 'describe_hours', ['item_type', 'item_id']) }}
    cross join find_last_day
)

select * from final
