with

test_interactions as (
    select * from {{ ref('test_interactions') }}
    where user_has_training
),

bands as (
    select * from {{ ref('int_item_bands') }}
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
            and {{ is_relevant('users.task', 'test_interactions') }}
    left join bands
        on {{ same_keys('test_interactions', 'bands', ['split_name', 'item_type', 'item_id']) }}
),

count_relevant as (
    select
        split_name,
        item_type,
        task,
        user_id,
        band,
        count(*) as relevant_count
    from relevant_items
    group by all
),

count_hits as (
    select
        recommendations.entry_id,
        relevant_items.user_id,
        relevant_items.band,
        count(*) as hit_count
    from relevant_items
    inner join recommendations
        on {{ same_keys(
            'relevant_items', 'recommendations', ['split_name', 'item_type', 'task', 'user_id', 'item_id']
        ) }}
    group by all
),

final as (
    select
        models.entry_id,
        count_relevant.user_id,
        count_relevant.band,
        {{ rounded('coalesce(count_hits.hit_count / count_relevant.relevant_count, 0)') }} as recall
    from count_relevant
    inner join models
        on {{ same_keys('count_relevant', 'models', ['split_name', 'item_type', 'task']) }}
    left join count_hits
        on {{ same_keys('count_relevant', 'count_hits', ['user_id', 'band']) }}
            and models.entry_id = count_hits.entry_id
)

select * from final
