{%- set list_key = ['split_name', 'item_type', 'diversity_kind', 'trade_off', 'user_id'] %}
with

lists as (
    select * from {{ ref('stg_recommender__diversified') }}
    where rank <= {{ var('headline_k') }}
),

trials as (
    select * from {{ ref('stg_recommender__diversity_trials') }}
),

test_interactions as (
    select * from {{ ref('test_interactions') }}
),

users as (
    select * from {{ ref('int_users_evaluated') }}
    where task = 'discovery' and scope = 'all'
),

items as (
    select * from {{ ref('int_items_measured') }}
),

item_tags as (
    select * from {{ ref('int_item_tags_weighed') }}
),

user_mixes as (
    select * from {{ ref('int_user_mixes_measured') }}
),

ideals as (
    {{ ideal_gains(var('headline_k')) }}
),

-- every evaluated user at every step, so that a user without a list scores 0 and stays
evaluated_lists as (
    select
        trials.split_name,
        trials.item_type,
        trials.model_name,
        trials.diversity_kind,
        trials.trade_off,
        users.user_id,
        ideals.gain as ideal_gain
    from trials
    inner join users
        on {{ same_keys('trials', 'users', ['split_name', 'item_type']) }}
    inner join ideals on ideals.hit_count = least({{ var('headline_k') }}, users.relevant_count)
),

sum_hits as (
    select
        {{ key_columns(list_key, 'lists') }},
        sum({{ gain_at('lists.rank') }}) as gain
    from lists
    inner join test_interactions
        on {{ same_keys('lists', 'test_interactions', ['split_name', 'item_type', 'user_id', 'item_id']) }}
    where {{ is_relevant("'discovery'", 'test_interactions') }}
    group by all
),

describe_items as (
    select
        {{ key_columns(list_key, 'lists') }},
        avg(items.novelty) as novelty,
        count(distinct items.parent_item_index) / count(*) as artist_diversity
    from lists
    inner join items
        on {{ same_keys('lists', 'items', ['split_name', 'item_type', 'item_id']) }}
    group by all
),

sum_tags as (
    select
        {{ key_columns(list_key, 'lists') }},
        item_tags.tag,
        sum(item_tags.weight) as weight,
        sum(item_tags.weight * item_tags.weight) as squared_weight,
        sum(item_tags.share) as share
    from lists
    inner join item_tags
        on {{ same_keys('lists', 'item_tags', ['split_name', 'item_type', 'item_id']) }}
    group by all
),

count_tagged as (
    select
        *,
        round(sum(squared_weight) over (
            partition by split_name, item_type, diversity_kind, trade_off, user_id
        )) as tagged_items
    from sum_tags
),

-- who plays something that is tagged
mixed_users as (
    select distinct
        split_name,
        item_type,
        user_id
    from user_mixes
),

-- a tag that the list lacks counts as having mix_smoothing of the user's share there
describe_tags as (
    select
        {{ key_columns(list_key, 'count_tagged') }},
        {{ mean_difference('sum(count_tagged.weight * count_tagged.weight)', 'any_value(count_tagged.tagged_items)') }}
            as tag_diversity,
        case
            when any_value(mixed_users.user_id) is not null
                then
                    sum(coalesce(user_mixes.share * ln(user_mixes.share / (
                        (1 - {{ var('mix_smoothing') }}) * count_tagged.share / count_tagged.tagged_items
                        + {{ var('mix_smoothing') }} * user_mixes.share
                    )), 0))
                    - (1 - sum(coalesce(user_mixes.share, 0))) * ln({{ var('mix_smoothing') }})
        end as mix_distance
    from count_tagged
    left join user_mixes
        on {{ same_keys('count_tagged', 'user_mixes', ['split_name', 'item_type', 'user_id', 'tag']) }}
    left join mixed_users
        on {{ same_keys('count_tagged', 'mixed_users', ['split_name', 'item_type', 'user_id']) }}
    group by all
),

final as (
    select
        evaluated_lists.split_name,
        evaluated_lists.item_type,
        evaluated_lists.model_name,
        evaluated_lists.diversity_kind,
        evaluated_lists.trade_off,
        evaluated_lists.user_id,
        {{ rounded('coalesce(sum_hits.gain / evaluated_lists.ideal_gain, 0)') }} as ndcg,
        {{ rounded('describe_tags.tag_diversity') }} as tag_diversity,
        {{ rounded('describe_tags.mix_distance') }} as mix_distance,
        {{ rounded('describe_items.artist_diversity') }} as artist_diversity,
        {{ rounded('describe_items.novelty') }} as novelty
    from evaluated_lists
    left join sum_hits
        on {{ same_keys('evaluated_lists', 'sum_hits', list_key) }}
    left join describe_items
        on {{ same_keys('evaluated_lists', 'describe_items', list_key) }}
    left join describe_tags
        on {{ same_keys('evaluated_lists', 'describe_tags', list_key) }}
)

select * from final
