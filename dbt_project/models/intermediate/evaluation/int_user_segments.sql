with

train_cells as (
    select * from {{ ref('int_train_cells') }}
),

members as (
    select * from {{ ref('int_k_core_peeled') }}
    where user_id is not null
),

profiles as (
    select * from {{ ref('int_user_profiles_measured') }}
),

users as (
    select * from {{ ref('users') }}
),

splits as (
    select * from {{ ref('int_splits_built') }}
    where split_kind <> 'full'
),

countries as (
    select
        country,
        count(*) as user_count
    from users
    group by country
),

count_plays as (
    select
        split_name,
        item_type,
        user_id,
        sum(play_count) as play_count
    from train_cells
    group by all
),

describe_users as (
    select
        members.split_name,
        members.item_type,
        members.user_id,
        count_plays.play_count,
        members.degree as item_count,
        profiles.popularity,
        users.gender,
        users.age,
        users.country,
        coalesce(countries.user_count, 0) as users_of_country
    from members
    inner join splits on members.split_name = splits.split_name
    inner join count_plays
        on {{ same_keys('members', 'count_plays', ['split_name', 'item_type', 'user_id']) }}
    inner join users on members.user_id = users.user_id
    left join countries on users.country = countries.country
    left join profiles
        on {{ same_keys('members', 'profiles', ['split_name', 'item_type', 'user_id']) }}
),

-- users without a profile stand last, in a tenth that is not published
rank_users as (
    select
        *,
        count(*) over (partition by split_name, item_type) as user_count,
        count(popularity) over (partition by split_name, item_type) as profile_count,
        row_number() over (partition by split_name, item_type order by play_count, user_id) as activity_rank,
        row_number() over (partition by split_name, item_type order by item_count, user_id) as history_rank,
        row_number() over (
            partition by split_name, item_type order by popularity nulls last, user_id
        ) as mainstream_rank
    from describe_users
),

name_segments as (
    select
        split_name,
        item_type,
        user_id,
        {{ tenth('activity_rank', 'user_count') }} as activity,
        {{ tenth('history_rank', 'user_count') }} as history_length,
        case
            when popularity is null then 'unknown'
            else {{ tenth('mainstream_rank', 'profile_count') }}
        end as mainstreamness,
        case
            when country is null then 'unknown'
            when users_of_country < {{ var('min_segment_users') }} then 'other'
            else country
        end as country_group,
        coalesce(gender, 'unknown') as gender,
        case
            when age is null then 'unknown'
            when age < 20 then 'under 20'
            when age < 25 then '20 to 24'
            when age < 30 then '25 to 29'
            else '30 and over'
        end as age_group
    from rank_users
),

final as (
    {%- for segment in user_segments() %}
    select
        split_name,
        item_type,
        user_id,
        '{{ segment }}' as segment,
        {{ segment }} as segment_value
    from name_segments
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
