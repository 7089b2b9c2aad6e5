{%- set seconds = 86400 * [var('period_days'), 1] | max -%}
with

plays as (
    select * from {{ ref('plays') }}
    where {{ var('period_days') }} > 0
),

parts as (
    select * from {{ ref('int_split_parts') }}
),

splits as (
    select * from {{ ref('int_splits_built') }}
),

users as (
    select * from {{ ref('training_users') }}
),

items as (
    select * from {{ ref('training_items') }}
),

cells as (
    select * from {{ ref('training_interactions') }}
),

last_play as (
    select max(played_at) as played_at from plays
),

first_plays as (
    select
        split_name,
        min(first_played_at) as played_at
    from cells
    group by split_name
),

ends as (
    {{ training_ends('parts', 'last_play') }}
),

dated_parts as (
    select
        parts.split_name,
        parts.part,
        coalesce(parts.after, first_plays.played_at) as starts_at,
        parts.until as ends_at
    from parts
    inner join splits on parts.split_name = splits.split_name
    inner join first_plays on parts.split_name = first_plays.split_name
    where {{ var('period_days') }} = 0
        and splits.fit_until is not null
        and parts.part in ('fit', 'validation')
),

dated_periods as (
    select
        ends.split_name,
        ends.part,
        dated_parts.part as played_in,
        row_number() over (partition by ends.split_name, ends.part order by dated_parts.ends_at desc) - 1 as period,
        (
            {{ seconds_between('dated_parts.starts_at', 'ends.ends_at') }}
            + {{ seconds_between('dated_parts.ends_at', 'ends.ends_at') }}
        ) / 2e0 / 86400 as age_days
    from ends
    inner join dated_parts
        on ends.split_name = dated_parts.split_name
            and ends.ends_at >= dated_parts.ends_at
),

dated_cells as (
    select
        cells.split_name,
        cells.item_type,
        dated_periods.part,
        cells.user_index,
        cells.item_index,
        dated_periods.period,
        dated_periods.age_days,
        cells.play_count
    from cells
    inner join dated_periods
        on cells.split_name = dated_periods.split_name
            and cells.part = dated_periods.played_in
),
{% for item_type in ['track', 'artist'] %}
{{ item_type }}_cells as (
    select
        ends.split_name,
        '{{ item_type }}' as item_type,
        ends.part,
        users.user_index,
        items.item_index,
        floor({{ seconds_between('plays.played_at', 'ends.ends_at') }} / {{ seconds }}) as period,
        count(*) as play_count
    from plays
    inner join ends on plays.played_at <= ends.ends_at
    inner join users
        on ends.split_name = users.split_name
            and plays.user_id = users.user_id
            and users.item_type = '{{ item_type }}'
    inner join items
        on ends.split_name = items.split_name
            and plays.{{ item_type }}_id = items.item_id
            and items.item_type = '{{ item_type }}'
    group by all
),
{% endfor %}
timed_cells as (
    select * from track_cells
    union all
    select * from artist_cells
),

final as (
    select
        split_name,
        item_type,
        part,
        user_index,
        item_index,
        cast(period as integer) as period,
        cast(age_days as double) as age_days,
        play_count
    from dated_cells
    union all
    select
        split_name,
        item_type,
        part,
        user_index,
        item_index,
        cast(period as integer) as period,
        cast((period + 0.5) * {{ var('period_days') }} as double) as age_days,
        cast(play_count as bigint) as play_count
    from timed_cells
)

select * from final
