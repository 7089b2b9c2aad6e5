with

recommendations as (
    select * from {{ ref('int_lists_judged') }}
    where rank <= {{ var('headline_k') }}
),

models as (
    select * from {{ ref('int_models_evaluated') }}
),

evaluated_users as (
    select * from {{ ref('int_users_evaluated') }}
    where scope = 'all'
),

places as (
    select number + 1 as rank
    from {{ whole_numbers_below(var('headline_k')) }}
),

-- what an item that two lists share adds to their rank-biased overlap, once both have reached it
agreements as (
    select
        rank,
        (1 - {{ var('rank_biased_persistence') }})
        * sum(power({{ var('rank_biased_persistence') }}, rank - 1) / rank) over (order by rank desc)
        + power({{ var('rank_biased_persistence') }}, {{ var('headline_k') }}) / {{ var('headline_k') }} as agreement
    from places
),

count_users as (
    select
        split_name,
        item_type,
        task,
        count(*) as n_users
    from evaluated_users
    group by all
),

lists as (
    select recommendations.*
    from recommendations
    semi join evaluated_users
        on {{ same_keys('recommendations', 'evaluated_users', ['split_name', 'item_type', 'task', 'user_id']) }}
),

shared_items as (
    select
        lists.entry_id,
        others.entry_id as other_id,
        greatest(lists.rank, others.rank) as rank,
        count(*) as item_count
    from lists
    inner join lists as others
        on {{ same_keys('lists', 'others', ['split_name', 'item_type', 'task', 'user_id', 'item_id']) }}
            and lists.entry_id < others.entry_id
    group by all
),

sum_overlaps as (
    select
        shared_items.entry_id,
        shared_items.other_id,
        sum(shared_items.item_count) as item_count,
        sum(shared_items.item_count * agreements.agreement) as agreement
    from shared_items
    inner join agreements on shared_items.rank = agreements.rank
    group by all
),

-- every pair, those that share nothing included
pairs as (
    select
        models.*,
        others.entry_id as other_id,
        others.model_name as other_model_name
    from models
    inner join models as others
        on {{ same_keys('models', 'others', ['split_name', 'item_type', 'task']) }}
            and models.entry_id <> others.entry_id
),

final as (
    select
        pairs.split_name,
        pairs.item_type,
        pairs.task,
        pairs.model_name,
        pairs.other_model_name,
        {{ var('headline_k') }} as k,
        {{ rounded('coalesce(sum_overlaps.item_count / (count_users.n_users * ' ~ var('headline_k') ~ '), 0)') }}
            as overlap,
        {{ rounded('coalesce(sum_overlaps.agreement / count_users.n_users, 0)') }} as rank_biased_overlap,
        count_users.n_users
    from pairs
    inner join count_users
        on {{ same_keys('pairs', 'count_users', ['split_name', 'item_type', 'task']) }}
    left join sum_overlaps
        on least(pairs.entry_id, pairs.other_id) = sum_overlaps.entry_id
            and greatest(pairs.entry_id, pairs.other_id) = sum_overlaps.other_id
)

select * from final
