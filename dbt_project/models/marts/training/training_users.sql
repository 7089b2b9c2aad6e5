with

members as (
    select * from {{ ref('int_k_core_peeled') }}
),

final as (
    select
        split_name,
        item_type,
        cast(row_number() over (partition by split_name, item_type order by user_id) - 1 as bigint) as user_index,
        user_id
    from members
    where is_active and user_id is not null
)

select * from final
