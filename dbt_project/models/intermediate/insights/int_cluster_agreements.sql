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
        members.entity_type,
        members.representation,
        members.algorithm,
        members.n_clusters,
        members.cluster_id,
        chosen.cluster_id as chosen_cluster_id,
        cast(count(*) as double) as member_count
    from members
    inner join chosen
        on members.entity_type = chosen.entity_type
            and members.{{ entity_id }} = chosen.{{ entity_id }}
    group by
        members.entity_type,
        members.representation,
        members.algorithm,
        members.n_clusters,
        members.cluster_id,
        chosen.cluster_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

{%- set solution %}
        entity_type,
        representation,
        algorithm,
        n_clusters
{%- endset %}

{%- for clusters in ['cluster_id', 'chosen_cluster_id'] %}

count_{{ clusters }} as (
    select
        {{- solution }},
        sum(member_count * (member_count - 1) / 2) as pairs,
        sum(member_count) as member_count
    from (
        select
            {{- solution }},
            {{ clusters }},
            sum(member_count) as member_count
        from count_shared
        group by
            {{- solution }},
            {{ clusters }}
    ) as clusters
    group by
        {{- solution }}
),
{%- endfor %}

count_pairs as (
    select
        {{- solution }},
        sum(member_count * (member_count - 1) / 2) as pairs
    from count_shared
    group by
        {{- solution }}
),

compare_pairs as (
    select
        count_pairs.entity_type,
        count_pairs.representation,
        count_pairs.algorithm,
        count_pairs.n_clusters,
        count_pairs.pairs,
        (count_cluster_id.pairs + count_chosen_cluster_id.pairs) / 2 as most_pairs,
        count_cluster_id.pairs * count_chosen_cluster_id.pairs
        / nullif(count_cluster_id.member_count * (count_cluster_id.member_count - 1) / 2, 0) as expected_pairs
    from count_pairs
    inner join count_cluster_id
        on count_pairs.entity_type = count_cluster_id.entity_type
            and count_pairs.representation = count_cluster_id.representation
            and count_pairs.algorithm = count_cluster_id.algorithm
            and count_pairs.n_clusters = count_cluster_id.n_clusters
    inner join count_chosen_cluster_id
        on count_pairs.entity_type = count_chosen_cluster_id.entity_type
            and count_pairs.representation = count_chosen_cluster_id.representation
            and count_pairs.algorithm = count_chosen_cluster_id.algorithm
            and count_pairs.n_clusters = count_chosen_cluster_id.n_clusters
),

final as (
    select
        entity_type,
        representation,
        algorithm,
        n_clusters,
        {{ rounded('(pairs - expected_pairs) / nullif(most_pairs - expected_pairs, 0)') }} as chosen_agreement
    from compare_pairs
)

select * from final
