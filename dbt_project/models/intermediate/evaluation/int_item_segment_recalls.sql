with

test_interactions as (
    select * from {{ ref('test_interactions') }}
    where user_has_training
),

bands as (
    select * from {{ ref('int_item_bands') }}
),

tracks as (
    select * from {{ ref('tracks') }}
),

train_cells as (
    select * from {{ ref('int_train_cells') }}
    where item_type = 'track'
),

known_artists as (
    select distinct
        train_cells.split_name,
        train_cells.user_id,
        tracks.artist_id
    from train_cells
    inner join tracks on train_cells.item_id = tracks.track_id
),

users as (
    select * from {{ ref('int_users_evaluated') }}
    where scope = 'all'
),

models as (
    select * from {{ ref('int_models_evaluated') }}
),

recommendations as (
    select * from {{ ref('int_lists_judged') }}
    where rank <= {{ var('headline_k') }}
),

-- what is outside the catalogue is rarer than the tail, and counts with it
relevant_items as (
    select
        users.split_name,
        users.item_type,
        users.task,
        users.user_id,
        test_interactions.item_id,
        coalesce(bands.band, 'tail') as band
    from users
    inner join test_interactions
        on {{ same_keys('users', 'test_interactions', ['split_name', 'item_type', 'user_id']) }}
            and {{ task_allows('users.task', 'test_interactions.is_repeat') }}
    left join bands
        on {{ same_keys('test_interactions', 'bands', ['split_name', 'item_type', 'item_id']) }}
),

artists_discovered as (
    select
        relevant_items.*,
        case when known_artists.artist_id is null then 'new artist' else 'known artist' end as kind
    from relevant_items
    inner join tracks on relevant_items.item_id = tracks.track_id
    left join known_artists
        on {{ same_keys('relevant_items', 'known_artists', ['split_name', 'user_id']) }}
            and tracks.artist_id = known_artists.artist_id
    where relevant_items.item_type = 'track' and relevant_items.task = 'discovery'
),

segment_items as (
    select
        * exclude (band),
        'item_popularity' as segment,
        band as segment_value
    from relevant_items
    union all
    select
        * exclude (band, kind),
        'artist_discovery' as segment,
        kind as segment_value
    from artists_discovered
),

count_relevant as (
    select
        split_name,
        item_type,
        task,
        user_id,
        segment,
        segment_value,
        count(*) as relevant_count
    from segment_items
    group by all
),

count_hits as (
    select
        recommendations.entry_id,
        segment_items.user_id,
        segment_items.segment,
        segment_items.segment_value,
        count(*) as hit_count
    from segment_items
    inner join recommendations
        on {{ same_keys(
            'segment_items', 'recommendations', ['split_name', 'item_type', 'task', 'user_id', 'item_id']
        ) }}
    group by all
),

final as (
    select
        models.entry_id,
        count_relevant.user_id,
        count_relevant.segment,
        count_relevant.segment_value,
        {{ rounded('coalesce(count_hits.hit_count / count_relevant.relevant_count, 0)') }} as recall
    from count_relevant
    inner join models
        on {{ same_keys('count_relevant', 'models', ['split_name', 'item_type', 'task']) }}
    left join count_hits
        on {{ same_keys('count_relevant', 'count_hits', ['user_id', 'segment', 'segment_value']) }}
            and models.entry_id = count_hits.entry_id
)

select * from final
