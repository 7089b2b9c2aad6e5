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
    group by
        split_name,
        item_type,
        task
),

lists as (
    select recommendations.*
    from recommendations
    semi join evaluated_users
        on recommendations.split_name = evaluated_users.split_name
            and recommendations.item_type = evaluated_users.item_type
            and recommendations.task = evaluated_users.task
            and recommendations.user_id = evaluated_users.user_id
),

shared_items as (
    select
        lists.split_name,
        lists.item_type,
        lists.task,
        lists.model_name,
        others.model_name as other_model_name,
        greatest(lists.rank, others.rank) as rank,
        count(*) as item_count
    from lists
    inner join lists as others
        on lists.split_name = others.split_name
            and lists.item_type = others.item_type
            and lists.task = others.task
            and lists.user_id = others.user_id
            and lists.item_id = others.item_id
            and lists.model_name < others.model_name
    group by
        lists.split_name,
        lists.item_type,
        lists.task,
        lists.model_name,
        others.model_name,
        greatest(lists.rank, others.rank)
),

sum_overlaps as (
    select
        shared_items.split_name,
        shared_items.item_type,
        shared_items.task,
        shared_items.model_name,
        shared_items.other_model_name,
        sum(shared_items.item_count) as item_count,
        sum(shared_items.item_count * agreements.agreement) as agreement
    from shared_items
    inner join agreements on shared_items.rank = agreements.rank
    group by
        shared_items.split_name,
        shared_items.item_type,
        shared_items.task,
        shared_items.model_name,
        shared_items.other_model_name
),

-- every pair, those that share nothing included
pairs as (
    select
        models.split_name,
        models.item_type,
        models.task,
        models.model_name,
        others.model_name as other_model_name
    from models
    inner join models as others
        on models.split_name = others.split_name
            and models.item_type = others.item_type
            and models.task = others.task
            and models.model_name <> others.model_name
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
        on pairs.split_name = count_users.split_name
            and pairs.item_type = count_users.item_type
            and pairs.task = count_users.task
    left join sum_overlaps
        on pairs.split_name = sum_overlaps.split_name
            and pairs.item_type = sum_overlaps.item_type
            and pairs.task = sum_overlaps.task
            and least(pairs.model_name, pairs.other_model_name) = sum_overlaps.model_name
            and greatest(pairs.model_name, pairs.other_model_name) = sum_overlaps.other_model_name
)

select * from final
