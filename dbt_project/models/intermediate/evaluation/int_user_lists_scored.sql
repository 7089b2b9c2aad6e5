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

ideals as (
    {{ ideal_gains(metric_cutoffs() | last) }}
),

-- one row per hit: few against all recommendations, so that only these are numbered
hits as (
    select
        recommendations.entry_id,
        users.scope,
        users.user_id,
        recommendations.item_id,
        recommendations.rank,
        row_number() over (
            partition by recommendations.entry_id, users.scope, users.user_id
            order by recommendations.rank
        ) as hit_number
    from recommendations
    inner join test_interactions
        on {{ same_keys('recommendations', 'test_interactions', ['split_name', 'item_type', 'user_id', 'item_id']) }}
    inner join users
        on {{ same_keys('recommendations', 'users', ['split_name', 'item_type', 'task', 'user_id']) }}
            and {{ scope_allows('users.scope', 'test_interactions') }}
    where {{ is_relevant('recommendations.task', 'test_interactions') }}
),

popular_entries as (
    select
        models.entry_id,
        popular.entry_id as popular_entry_id
    from models
    inner join models as popular
        on {{ same_keys('models', 'popular', ['split_name', 'item_type', 'task']) }}
            and popular.model_name = 'most_popular'
),

-- what everybody is told anyway is no surprise
place_in_popular_lists as (
    select
        hits.*,
        popular_lists.rank as popular_rank
    from hits
    left join popular_entries on hits.entry_id = popular_entries.entry_id
    left join recommendations as popular_lists
        on popular_entries.popular_entry_id = popular_lists.entry_id
            and {{ same_keys('hits', 'popular_lists', ['user_id', 'item_id']) }}
),

sum_hits as (
    select
        hits.entry_id,
        hits.scope,
        hits.user_id,
        cutoffs.k,
        count(*) as hit_count,
        sum({{ gain_at('hits.rank') }}) as gain,
        sum(hits.hit_number / hits.rank) as precision_sum,
        1 / min(hits.rank) as reciprocal_rank,
        count(case when hits.popular_rank <= cutoffs.k then null else 1 end) as surprise_count
    from place_in_popular_lists as hits
    inner join cutoffs on hits.rank <= cutoffs.k
    group by all
),

-- every evaluated user of every model, so that a user without a list scores 0 and stays
lists as (
    select
        models.entry_id,
        users.scope,
        users.user_id,
        users.user_position,
        users.relevant_count,
        cutoffs.k,
        least(cutoffs.k, users.relevant_count) as reachable_count
    from users
    inner join models
        on {{ same_keys('users', 'models', ['split_name', 'item_type', 'task']) }}
    inner join cutoffs on users.scope = 'all' or cutoffs.k = {{ var('headline_k') }}
),

final as (
    select
        {%- for metric in listing_metrics() %}
        case when lists.scope = 'all' then descriptions.{{ metric }} end as {{ metric }},
        {%- endfor %}
        lists.entry_id,
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
        on {{ same_keys('lists', 'sum_hits', ['entry_id', 'scope', 'user_id', 'k']) }}
    left join descriptions
        on {{ same_keys('lists', 'descriptions', ['entry_id', 'user_id', 'k']) }}
)

select * from final
