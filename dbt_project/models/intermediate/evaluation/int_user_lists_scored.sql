with

recommendations as (
    select * from {{ ref('stg_recommender__recommendations') }}
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

items as (
    select * from {{ ref('int_item_novelty_measured') }}
),

cutoffs as (
    select * from {{ one_column(metric_cutoffs(), 'k') }}
),

-- lists of split 'full' are not judged; leaving them out here halves the rows to read
judged_recommendations as (
    select recommendations.*
    from recommendations
    semi join models
        on recommendations.split_name = models.split_name
            and recommendations.item_type = models.item_type
            and recommendations.task = models.task
            and recommendations.model_name = models.model_name
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
        judged_recommendations.model_name,
        judged_recommendations.rank,
        row_number() over (
            partition by
                users.split_name,
                users.item_type,
                users.task,
                users.scope,
                users.user_id,
                judged_recommendations.model_name
            order by judged_recommendations.rank
        ) as hit_number
    from judged_recommendations
    inner join test_interactions
        on judged_recommendations.split_name = test_interactions.split_name
            and judged_recommendations.item_type = test_interactions.item_type
            and judged_recommendations.user_id = test_interactions.user_id
            and judged_recommendations.item_id = test_interactions.item_id
    inner join users
        on judged_recommendations.split_name = users.split_name
            and judged_recommendations.item_type = users.item_type
            and judged_recommendations.task = users.task
            and judged_recommendations.user_id = users.user_id
            and (users.scope = 'all' or test_interactions.is_recommendable)
    where {{ task_allows('judged_recommendations.task', 'test_interactions.is_repeat') }}
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
        1 / min(hits.rank) as reciprocal_rank
    from hits
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

-- wide first, one pass over all recommendations; the lengths become rows below
average_novelty as (
    select
        {%- for k in metric_cutoffs() %}
        avg(items.novelty) filter (where judged_recommendations.rank <= {{ k }}) as novelty_{{ k }},
        {%- endfor %}
        judged_recommendations.split_name,
        judged_recommendations.item_type,
        judged_recommendations.task,
        judged_recommendations.user_id,
        judged_recommendations.model_name
    from judged_recommendations
    inner join items
        on judged_recommendations.split_name = items.split_name
            and judged_recommendations.item_type = items.item_type
            and judged_recommendations.item_id = items.item_id
    group by
        judged_recommendations.split_name,
        judged_recommendations.item_type,
        judged_recommendations.task,
        judged_recommendations.user_id,
        judged_recommendations.model_name
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
        case
            {%- for k in metric_cutoffs() %}
            when lists.scope = 'all' and lists.k = {{ k }} then {{ rounded('average_novelty.novelty_' ~ k) }}
            {%- endfor %}
        end as novelty
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
    left join average_novelty
        on lists.split_name = average_novelty.split_name
            and lists.item_type = average_novelty.item_type
            and lists.task = average_novelty.task
            and lists.model_name = average_novelty.model_name
            and lists.user_id = average_novelty.user_id
)

select * from final
