with

members as (
    select * from {{ ref('int_cluster_members') }}
),

user_tags as (
    select * from {{ ref('int_user_tags_weighed') }}
),

item_tags as (
    select * from {{ ref('int_item_tags_weighed') }}
    where split_name = 'full'
),

user_features as (
    select * from {{ ref('user_features') }}
),

item_features as (
    select * from {{ ref('item_features') }}
),

tag_members as (
    select
        {{ key_columns(cluster_solution(), 'members') }},
        members.cluster_id,
        user_tags.tag,
        user_tags.weight
    from members
    inner join user_tags on members.user_id = user_tags.user_id
    union all
    select
        {{ key_columns(cluster_solution(), 'members') }},
        members.cluster_id,
        item_tags.tag,
        item_tags.weight
    from members
    inner join item_tags
        on {{ same_keys('members', 'item_tags', ['item_type', 'item_id']) }}
),

-- unit vectors are added up: the square of a sum is the sum over its pairs, each twice, and 1 for every vector
sum_tags_of_clusters as (
    select
        {{ key_columns(cluster_solution()) }},
        cluster_id,
        tag,
        sum(weight) as weight,
        sum(weight * weight) as squares
    from tag_members
    group by all
),

sum_tags as (
    select
        {{ key_columns(cluster_solution()) }},
        tag,
        sum(weight) as weight
    from sum_tags_of_clusters
    group by all
),

square_everything as (
    select
        {{ key_columns(cluster_solution()) }},
        sum(weight * weight) as squared_sum
    from sum_tags
    group by all
),

square_clusters as (
    select
        {{ key_columns(cluster_solution()) }},
        cluster_id,
        sum(weight * weight) as squared_sum,
        round(sum(squares)) as tagged_count
    from sum_tags_of_clusters
    group by all
),

count_pairs as (
    select
        {{ key_columns(cluster_solution(), 'square_clusters') }},
        sum(square_clusters.tagged_count) as tagged_count,
        sum(square_clusters.squared_sum) - sum(square_clusters.tagged_count) as within_sum,
        sum(square_clusters.tagged_count * square_clusters.tagged_count)
        - sum(square_clusters.tagged_count) as within_pairs,
        max(square_everything.squared_sum) as all_sum,
        max(square_everything.squared_sum) - sum(square_clusters.squared_sum) as between_sum,
        sum(square_clusters.tagged_count) * sum(square_clusters.tagged_count)
        - sum(square_clusters.tagged_count * square_clusters.tagged_count) as between_pairs
    from square_clusters
    inner join square_everything
        on {{ same_keys('square_clusters', 'square_everything', cluster_solution()) }}
    group by
        {{ key_columns(cluster_solution(), 'square_clusters') }}
),

measure_volumes as (
    select
        {{ key_columns(cluster_solution(), 'members') }},
        members.cluster_id,
        coalesce(user_features.play_count_scaled, item_features.play_count_scaled) as log_plays
    from members
    left join user_features on members.user_id = user_features.user_id
    left join item_features
        on {{ same_keys('members', 'item_features', ['item_type', 'item_id']) }}
),

sum_volumes as (
    select
        {{ key_columns(cluster_solution()) }},
        cluster_id,
        count(*) as member_count,
        sum(log_plays) as total,
        sum(log_plays * log_plays) as squares
    from measure_volumes
    group by all
),

explain_volume as (
    select
        {{ key_columns(cluster_solution()) }},
        sum(member_count) as member_count,
        sum(total * total / member_count) - sum(total) * sum(total) / sum(member_count) as between_squares,
        sum(squares) - sum(total) * sum(total) / sum(member_count) as all_squares
    from sum_volumes
    group by all
),

final as (
    select
        {{ key_columns(cluster_solution(), 'explain_volume') }},
        coalesce(count_pairs.tagged_count / explain_volume.member_count, 0) as tagged_share,
        {{ rounded('count_pairs.within_sum / nullif(count_pairs.within_pairs, 0)
            / case
                when count_pairs.between_sum > 0.000000001 * count_pairs.all_sum
                    then count_pairs.between_sum / count_pairs.between_pairs
            end') }} as tag_similarity,
        {{ rounded('explain_volume.between_squares
            / case when explain_volume.all_squares > 0.000000001 then explain_volume.all_squares end') }} as volume_explained
    from explain_volume
    left join count_pairs
        on {{ same_keys('explain_volume', 'count_pairs', cluster_solution()) }}
)

select * from final
