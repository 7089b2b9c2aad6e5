{{ config(post_hook='{{ refuse_parts_without_plays() }}') }}
-- depends_on: {{ ref('plays') }}
with

splits as (
    select * from {{ ref('int_splits_built') }}
),

boundaries as (
    select
        split_name,
        max(case when boundary = 'fit_until' then played_at end) as fit_until,
        max(case when boundary = 'train_until' then played_at end) as train_until,
        max(case when boundary = 'test_until' then played_at end) as test_until
    from {{ ref('int_split_boundaries') }}
    group by split_name
),

temporal as (
    select split_name, 'fit' as part, cast(null as timestamp) as after, fit_until as until from boundaries
    union all
    select split_name, 'validation' as part, fit_until as after, train_until as until from boundaries
    union all
    select split_name, 'test' as part, train_until as after, test_until as until from boundaries
),

everything as (
    select
        split_name,
        'fit' as part,
        cast(null as timestamp) as after,
        cast(null as timestamp) as until
    from splits
    where split_kind = 'full'
),

final as (
    select * from temporal
    union all
    select * from everything
)

select * from final
