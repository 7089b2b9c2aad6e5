with

splits as (
    select * from {{ ref('splits') }}
),

final as (
    select
        split_name,
        split_kind,
        tasks,
        coalesce(default_for = '{{ source_name() }}', false) as is_default,
        fit_share,
        train_share,
        test_end_share,
        held_out_one_in,
        salt
    from splits
    where {{ is_built_split() }}
)

select * from final
