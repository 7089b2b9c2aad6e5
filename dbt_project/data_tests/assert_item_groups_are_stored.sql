{#- dbt prints error_if where the test fails, and the comment in it is the sentence for whoever reads that. -#}
{{ config(error_if='!= 0 /* groups of items are not found yet: run make build with the same SPLITS */') }}
-- a split that holds out groups has no rows before Python has found them in today's plays
with

wanted as (
    select * from {{ ref('int_item_groups_wanted') }}
),

found as (
    select distinct item_type from {{ ref('item_groups') }}
),

final as (
    select wanted.item_type
    from wanted
    left join found on wanted.item_type = found.item_type
    where found.item_type is null
)

select * from final
