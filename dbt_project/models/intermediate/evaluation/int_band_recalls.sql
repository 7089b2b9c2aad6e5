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
        on users.split_name = test_interactions.split_name
            and users.item_type = test_interactions.item_type
            and users.user_id = test_interactions.user_id
            and {{ task_allows('users.task', 'test_interactions.is_repeat') }}
    left join bands
        on test_interactions.split_name = bands.split_name
            and test_interactions.item_type = bands.item_type
            and test_interactions.item_id = bands.item_id
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
    group by
        split_name,
        item_type,
        task,
        user_id,
        band
),

count_hits as (
    select
        relevant_items.split_name,
        relevant_items.item_type,
        relevant_items.task,
        relevant_items.user_id,
        relevant_items.band,
        recommendations.model_name,
        count(*) as hit_count
    from relevant_items
    inner join recommendations
        on relevant_items.split_name = recommendations.split_name
            and relevant_items.item_type = recommendations.item_type
            and relevant_items.task = recommendations.task
            and relevant_items.user_id = recommendations.user_id
            and relevant_items.item_id = recommendations.item_id
    group by
        relevant_items.split_name,
        relevant_items.item_type,
        relevant_items.task,
        relevant_items.user_id,
        relevant_items.band,
        recommendations.model_name
),

final as (
    select
        count_relevant.split_name,
        count_relevant.item_type,
        count_relevant.task,
        models.model_name,
        count_relevant.user_id,
        count_relevant.band,
        {{ rounded('coalesce(count_hits.hit_count / count_relevant.relevant_count, 0)') }} as recall
    from count_relevant
    inner join models
        on count_relevant.split_name = models.split_name
            and count_relevant.item_type = models.item_type
            and count_relevant.task = models.task
    left join count_hits
        on count_relevant.split_name = count_hits.split_name
            and count_relevant.item_type = count_hits.item_type
            and count_relevant.task = count_hits.task
            and count_relevant.user_id = count_hits.user_id
            and count_relevant.band = count_hits.band
            and models.model_name = count_hits.model_name
)

select * from final
