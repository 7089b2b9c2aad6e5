with

members as (
    select * from {{ ref('int_cluster_members') }}
),

chosen as (
    select * from {{ ref('int_cluster_trials_judged') }}
    where is_chosen
),

final as (
    select
        members.entity_type,
        members.item_type,
        members.user_id,
        members.item_id,
        members.cluster_id,
        members.distance,
        members.silhouette,
        members.x,
        members.y
    from members
    inner join chosen
        on {{ same_keys('members', 'chosen', cluster_solution()) }}
            and members.item_type = chosen.item_type
)

select * from final
