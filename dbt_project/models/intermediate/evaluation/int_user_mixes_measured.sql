with

interactions as (
    select * from {{ ref('training_interactions') }}
),

trials as (
    select * from {{ ref('stg_recommender__diversity_trials') }}
),

users as (
    select * from {{ ref('training_users') }}
),

items as (
    select * from {{ ref('training_items') }}
),

item_tags as (
    select * from {{ ref('int_item_tags_weighed') }}
),

-- a cell of a temporal split may lie in fit and in validation
sum_plays as (
    select
        interactions.split_name,
        interactions.item_type,
        interactions.user_index,
        interactions.item_index,
        ln(1 + sum(interactions.play_count)) as weight
    from interactions
    semi join trials
        on {{ same_keys('interactions', 'trials', ['split_name', 'item_type']) }}
    group by all
),

weigh_tags as (
    select
        sum_plays.split_name,
        sum_plays.item_type,
        sum_plays.user_index,
        item_tags.tag,
        sum(sum_plays.weight * item_tags.share) as weight
    from sum_plays
    inner join items
        on {{ same_keys('sum_plays', 'items', ['split_name', 'item_type', 'item_index']) }}
    inner join item_tags
        on {{ same_keys('items', 'item_tags', ['split_name', 'item_type', 'item_id']) }}
    group by all
),

final as (
    select
        weigh_tags.split_name,
        weigh_tags.item_type,
        users.user_id,
        weigh_tags.tag,
        weigh_tags.weight / sum(weigh_tags.weight) over (
            partition by weigh_tags.split_name, weigh_tags.item_type, weigh_tags.user_index
        ) as share
    from weigh_tags
    inner join users
        on {{ same_keys('weigh_tags', 'users', ['split_name', 'item_type', 'user_index']) }}
)

select * from final
