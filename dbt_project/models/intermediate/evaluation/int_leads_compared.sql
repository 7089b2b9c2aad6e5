with

scores as (
    select * from {{ ref('int_scores_blocked') }}
    where scope = 'all' and k = {{ var('headline_k') }}
),

draws as (
    select * from {{ ref('int_bootstrap_weights') }}
),

rank_models as (
    select
        split_name,
        item_type,
        task,
        model_name,
        ndcg,
        block_count,
        user_counts,
        ndcg_sums,
        row_number() over (
            partition by split_name, item_type, task
            order by ndcg desc, model_name asc
        ) as leaderboard_rank
    from scores
),

pair_leaders as (
    select
        leaders.split_name,
        leaders.item_type,
        leaders.task,
        leaders.model_name,
        runners_up.model_name as runner_up_name,
        leaders.ndcg - runners_up.ndcg as lead,
        leaders.block_count,
        leaders.user_counts,
        leaders.ndcg_sums as leader_sums,
        runners_up.ndcg_sums as runner_up_sums
    from rank_models as leaders
    inner join rank_models as runners_up
        on leaders.split_name = runners_up.split_name
            and leaders.item_type = runners_up.item_type
            and leaders.task = runners_up.task
            and leaders.leaderboard_rank = 1
            and runners_up.leaderboard_rank = 2
),

cut_draws as (
    select
        pair_leaders.*,
        {{ first_of_list('draws.weights', 'pair_leaders.block_count') }} as weights
    from pair_leaders
    cross join draws
),

-- paired: both models are drawn with the same users
draw_leads as (
    select
        split_name,
        item_type,
        task,
        model_name,
        runner_up_name,
        lead,
        ({{ dot_product('weights', 'leader_sums') }} - {{ dot_product('weights', 'runner_up_sums') }})
        / nullif({{ dot_product('weights', 'user_counts') }}, 0) as draw_lead
    from cut_draws
),

final as (
    select
        split_name,
        item_type,
        task,
        model_name,
        runner_up_name,
        {{ rounded('lead') }} as lead,
        {{ rounded('percentile_cont(0.025) within group (order by draw_lead)') }} as lead_low,
        {{ rounded('percentile_cont(0.975) within group (order by draw_lead)') }} as lead_high
    from draw_leads
    group by
        split_name,
        item_type,
        task,
        model_name,
        runner_up_name,
        lead
)

select * from final
