with

tasks as (
    select * from {{ ref('int_tasks_served') }}
),

recommendations as (
    select * from {{ ref('recommendations') }}
    where split_name = 'full'
),

personal as (
    select * from {{ ref('int_personal_lists') }}
),

users as (
    select * from {{ ref('int_users_served') }}
),

items as (
    select * from {{ ref('item_popularity') }}
),

played_items as (
    select * from {{ ref('user_item_plays') }}
),

tracks as (
    select * from {{ ref('tracks') }}
),

listed as (
    select
        recommendations.item_type,
        recommendations.task,
        recommendations.user_id
    from recommendations
    inner join tasks
        on {{ same_keys('recommendations', 'tasks', ['item_type', 'task', 'model_name']) }}
    where recommendations.rank = 1
    union all
    select
        item_type,
        task,
        user_id
    from personal
    where rank = 1
),

unlisted_users as (
    select
        tasks.item_type,
        tasks.task,
        users.user_id,
        case when tasks.task = 'new_artists' then 'artists' else 'items' end as known
    from tasks
    cross join users
    anti join listed
        on {{ same_keys('tasks', 'listed', ['item_type', 'task']) }}
            and users.user_id = listed.user_id
),

-- what the user played, and for 'new_artists' everything by the same artists
known_items as (
    select
        played_items.item_type,
        'items' as known,
        played_items.user_id,
        played_items.item_id
    from played_items
    union all
    select distinct
        played_items.item_type,
        'artists' as known,
        played_items.user_id,
        others.track_id as item_id
    from played_items
    semi join unlisted_users
        on {{ same_keys('played_items', 'unlisted_users', ['item_type', 'user_id']) }}
            and unlisted_users.known = 'artists'
    inner join tracks on played_items.item_id = tracks.track_id
    inner join tracks as others on tracks.artist_id = others.artist_id
    where played_items.item_type = 'track'
),

known_in_order as (
    select
        known_items.item_type,
        known_items.known,
        known_items.user_id,
        known_items.item_id,
        items.popularity_rank,
        row_number() over (
            partition by known_items.item_type, known_items.known, known_items.user_id
            order by items.popularity_rank
        ) as place
    from known_items
    semi join unlisted_users
        on {{ same_keys('known_items', 'unlisted_users', ['item_type', 'known', 'user_id']) }}
    inner join items
        on {{ same_keys('known_items', 'items', ['item_type', 'item_id']) }}
),

-- popularity_rank - place is the number of more popular items that the user does not know: where it comes to a list's
-- length, the list is full, and no known item further down is in the way
count_in_the_way as (
    select
        item_type,
        known,
        user_id,
        count(*) as item_count
    from known_in_order
    where popularity_rank - place < {{ var('list_length') }}
    group by all
),

popular_items as (
    select
        item_type,
        item_id,
        popularity_rank
    from items
    where popularity_rank <= {{ var('list_length') }} + (select coalesce(max(item_count), 0) from count_in_the_way)
),

candidates as (
    select
        unlisted_users.item_type,
        unlisted_users.task,
        unlisted_users.user_id,
        popular_items.item_id,
        known_in_order.item_id is not null as is_known
    from unlisted_users
    left join count_in_the_way
        on {{ same_keys('unlisted_users', 'count_in_the_way', ['item_type', 'known', 'user_id']) }}
    inner join popular_items
        on unlisted_users.item_type = popular_items.item_type
            and popular_items.popularity_rank <= {{ var('list_length') }} + coalesce(count_in_the_way.item_count, 0)
    left join known_in_order
        on {{ same_keys('unlisted_users', 'known_in_order', ['item_type', 'known', 'user_id']) }}
            and popular_items.item_id = known_in_order.item_id
    where unlisted_users.task <> 'repeat'
    union all
    select
        unlisted_users.item_type,
        unlisted_users.task,
        unlisted_users.user_id,
        known_in_order.item_id,
        true as is_known
    from unlisted_users
    inner join known_in_order
        on {{ same_keys('unlisted_users', 'known_in_order', ['item_type', 'known', 'user_id']) }}
            and known_in_order.place <= {{ var('list_length') }}
    where unlisted_users.task = 'repeat'
),

rank_popular as (
    select
        candidates.*,
        items.item_name,
        items.artist_name,
        items.play_count,
        row_number() over (
            partition by candidates.item_type, candidates.task, candidates.user_id
            order by items.popularity_rank
        ) as rank
    from candidates
    inner join items
        on {{ same_keys('candidates', 'items', ['item_type', 'item_id']) }}
    where {{ task_allows('candidates.task', 'candidates.is_known') }}
),

final as (
    select
        item_type,
        task,
        'most_popular' as model_name,
        user_id,
        cast(rank as integer) as rank,
        item_id,
        item_name,
        artist_name,
        cast(play_count as double) as score,
        is_known as is_repeat
    from rank_popular
    where rank <= {{ var('list_length') }}
)

select * from final
