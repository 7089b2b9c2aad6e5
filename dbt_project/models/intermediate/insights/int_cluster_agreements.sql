with

members as (
    select * from {{ ref('int_cluster_members') }}
),

chosen as (
    select * from {{ ref('int_cluster_members_chosen') }}
),

count_shared as (
    {%- for entity_id in ['user_id', 'item_id'] %}
    select
        {{ key_columns(cluster_solution(), 'members') }},
        members.cluster_id,
        chosen.cluster_id as chosen_cluster_id,
        cast(count(*) as double) as member_count
    from members
    inner join chosen
        on members.entity_type = chosen.entity_type
            and members.{{ entity_id }} = chosen.{{ entity_id }}
    group by all
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

{%- for clusters in ['cluster_id', 'chosen_cluster_id'] %}

count_{{ clusters }} as (
    select
        {{ key_columns(cluster_solution()) }},
        sum(member_count * (member_count - 1) / 2) as pairs,
        sum(member_count) as member_count
    from (
        select
            {{ key_columns(cluster_solution()) }},
            {{ clusters }},
            sum(member_count) as member_count
        from count_shared
        group by all
    ) as clusters
    group by all
),
{%- endfor %}

count_pairs as (
    select
        {{ key_columns(cluster_solution()) }},
        sum(member_count * (member_count - 1) / 2) as pairs
    from count_shared
    group by all
),

compare_pairs as (
    select
        {{ key_columns(cluster_solution(), 'count_pairs') }},
        count_pairs.pairs,
        (count_cluster_id.pairs + count_chosen_cluster_id.pairs) / 2 as most_pairs,
        count_cluster_id.pairs * count_chosen_cluster_id.pairs
        / nullif(count_cluster_id.member_count * (count_cluster_id.member_count - 1) / 2, 0) as expected_pairs
    from count_pairs
    inner join count_cluster_id
        on {{ same_keys('count_pairs', 'count_cluster_id', cluster_solution()) }}
    inner join count_chosen_cluster_id
        on {{ same_keys('count_pairs', 'count_chosen_cluster_id', cluster_solution()) }}
),

final as (
    select
        {{ key_columns(cluster_solution()) }},
        {{ rounded('(pairs - expected_pairs) / nullif(most_pairs - expected_pairs, 0)') }} as chosen_agreement
    from compare_pairs
)

select * from final
