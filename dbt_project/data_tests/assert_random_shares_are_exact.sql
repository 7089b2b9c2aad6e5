-- Users of a random split whose test is not floor(n / held_out_one_in) of their n items, or whose validation is not
-- floor(n / validation_one_in) of the n others.
with

counts as (
    select
        cells.split_name,
        cells.item_type,
        cells.user_id,
        splits.held_out_one_in,
        splits.validation_one_in,
        count(*) as items,
        sum(case when cells.part = 'test' then 1 else 0 end) as test_items,
        sum(case when cells.part = 'validation' then 1 else 0 end) as validation_items
    from {{ ref('int_cells_split') }} as cells
    inner join {{ ref('int_splits_built') }} as splits on cells.split_name = splits.split_name
    where splits.split_kind = 'random'
    group by
        cells.split_name,
        cells.item_type,
        cells.user_id,
        splits.held_out_one_in,
        splits.validation_one_in
)

select * from counts
where test_items != floor(items / held_out_one_in)
    or validation_items != floor((items - test_items) / validation_one_in)
