with

cells as (
    select * from {{ ref('user_item_plays') }}
),

find_caps as (
    select
        item_type,
        percentile_cont(0.95) within group (order by play_count) as cap
    from cells
    group by item_type
),

weigh_users as (
    select
        cells.item_type,
        cells.user_id,
        cast(sum(cells.play_count) as double) as raw_weight,
        sum(least(cells.play_count, find_caps.cap)) as capped_weight,
        sum(ln(1 + cells.play_count)) as log_weight
    from cells
    inner join find_caps on cells.item_type = find_caps.item_type
    group by
        cells.item_type,
        cells.user_id
),

list_weights as (
    {%- for treatment in ['raw', 'capped', 'log'] %}
    select
        item_type,
        '{{ treatment }}' as treatment,
        user_id,
        {{ rounded(treatment ~ '_weight') }} as weight
    from weigh_users
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

rank_users as (
    select
        *,
        row_number() over (partition by item_type, treatment order by weight desc, user_id asc) as weight_rank,
        count(*) over (partition by item_type, treatment) as all_users
    from list_weights
),

shares as (
    select * from {{ one_column([0.01, 0.1], 'share_of_users') }}
),

-- Gini over users: sum((n + 1 - 2 i) x_i) / (n sum(x_i)), x in descending order
final as (
    select
        rank_users.item_type,
        rank_users.treatment,
        cast(shares.share_of_users as double) as share_of_users,
        cast(ceil(max(rank_users.all_users) * shares.share_of_users) as bigint) as user_count,
        {{ rounded('sum(
            case
                when rank_users.weight_rank <= ceil(rank_users.all_users * shares.share_of_users) then rank_users.weight
                else 0
            end
        ) / sum(rank_users.weight)') }} as share_of_weight,
        {{ rounded('sum((rank_users.all_users + 1 - 2 * rank_users.weight_rank) * rank_users.weight)
        / (max(rank_users.all_users) * sum(rank_users.weight))') }} as gini
    from rank_users
    cross join shares
    group by
        rank_users.item_type,
        rank_users.treatment,
        shares.share_of_users
)

select * from final
