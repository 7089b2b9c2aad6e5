with

recommendations as (
    select * from {{ ref('int_lists_judged') }}
),

test_interactions as (
    select * from {{ ref('test_interactions') }}
),

users as (
    select * from {{ ref('int_users_evaluated') }}
),

models as (
    select * from {{ ref('int_models_evaluated') }}
),

descriptions as (
    select * from {{ ref('int_lists_described') }}
),

cutoffs as (
    select * from {{ one_column(metric_cutoffs(), 'k') }}
),

-- the best that n relevant items can reach: all of them at the top
ideals as (
    select
        number + 1 as hit_count,
        sum(1 / log2(number + 2)) over (order by number) as gain
    from {{ whole_numbers_below(metric_cutoffs() | last) }}
),

-- one row per hit: few against all recommendations, so that only these are numbered
hits as (
    select
        users.split_name,
        users.item_type,
        users.task,
        users.scope,
        users.user_id,
        recommendations.model_name,
        recommendations.item_id,
        recommendations.rank,
        row_number() over (
            partition by
                users.split_name,
                users.item_type,
                users.task,
                users.scope,
                users.user_id,
                recommendations.model_name
            order by recommendations.rank
        ) as hit_number
    from recommendations
    inner join test_interactions
        on recommendations.split_name = test_interactions.split_name
            and recommendations.item_type = test_interactions.item_type
            and recommendations.user_id = test_interactions.user_id
            and recommendations.item_id = test_interactions.item_id
    inner join users
        on recommendations.split_name = users.split_name
            and recommendations.item_type = users.item_type
            and recommendations.task = users.task
            and recommendations.user_id = users.user_id
            and (users.scope = 'all' or test_interactions.is_recommendable)
    where {{ task_allows('recommendations.task', 'test_interactions.is_repeat') }}
),

popular_lists as (
    select * from recommendations
    where model_name = 'most_popular'
),

-- what everybody is told anyway is no surprise
place_in_popular_lists as (
    select
        hits.*,
        popular_lists.rank as popular_rank
    from hits
    left join popular_lists
        on hits.split_name = popular_lists.split_name
            and hits.item_type = popular_lists.item_type
            and hits.task = popular_lists.task
            and hits.user_id = popular_lists.user_id
            and hits.item_id = popular_lists.item_id
),

sum_hits as (
    select
        hits.split_name,
        hits.item_type,
        hits.task,
        hits.scope,
        hits.user_id,
        hits.model_name,
        cutoffs.k,
        count(*) as hit_count,
        sum(1 / log2(hits.rank + 1)) as gain,
        sum(hits.hit_number / hits.rank) as precision_sum,
        1 / min(hits.rank) as reciprocal_rank,
        count(case when hits.popular_rank <= cutoffs.k then null else 1 end) as surprise_count
    from place_in_popular_lists as hits
    inner join cutoffs on hits.rank <= cutoffs.k
    group by
        hits.split_name,
        hits.item_type,
        hits.task,
        hits.scope,
        hits.user_id,
        hits.model_name,
        cutoffs.k
),

-- every evaluated user of every model, so that a user without a list scores 0 and stays
lists as (
    select
        users.split_name,
        users.item_type,
        users.task,
        models.model_name,
        users.scope,
        users.user_id,
        users.user_position,
        users.relevant_count,
        cutoffs.k,
        least(cutoffs.k, users.relevant_count) as reachable_count
    from users
    inner join models
        on users.split_name = models.split_name
            and users.item_type = models.item_type
            and users.task = models.task
    inner join cutoffs on users.scope = 'all' or cutoffs.k = {{ var('headline_k') }}
),

final as (
    select
        {%- for metric in listing_metrics() %}
        case when lists.scope = 'all' then descriptions.{{ metric }} end as {{ metric }},
        {%- endfor %}
        lists.split_name,
        lists.item_type,
        lists.task,
        lists.model_name,
        lists.scope,
        lists.user_id,
        lists.user_position,
        lists.k,
        {{ rounded('coalesce(sum_hits.hit_count / lists.k, 0)') }} as precision,
        {{ rounded('coalesce(sum_hits.hit_count / lists.relevant_count, 0)') }} as recall,
        {{ rounded('coalesce(sum_hits.hit_count / lists.reachable_count, 0)') }} as recall_capped,
        case when sum_hits.hit_count > 0 then 1.0e0 else 0.0e0 end as hit_rate,
        {{ rounded('coalesce(sum_hits.gain / ideals.gain, 0)') }} as ndcg,
        {{ rounded('coalesce(sum_hits.precision_sum / lists.reachable_count, 0)') }} as map,
        {{ rounded('coalesce(sum_hits.reciprocal_rank, 0)') }} as mrr,
        {{ rounded('coalesce(sum_hits.surprise_count / lists.k, 0)') }} as serendipity
    from lists
    inner join ideals on lists.reachable_count = ideals.hit_count
    left join sum_hits
        on lists.split_name = sum_hits.split_name
            and lists.item_type = sum_hits.item_type
            and lists.task = sum_hits.task
            and lists.model_name = sum_hits.model_name
            and lists.scope = sum_hits.scope
            and lists.user_id = sum_hits.user_id
            and lists.k = sum_hits.k
    left join descriptions
        on lists.split_name = descriptions.split_name
            and lists.item_type = descriptions.item_type
            and lists.task = descriptions.task
            and lists.model_name = descriptions.model_name
            and lists.user_id = descriptions.user_id
            and lists.k = descriptions.k
)

select * from final
