-- Users of whom a split of kind 'random_like' does not hold out as many items, or does not have as many plays, as the
-- temporal split that it is drawn like has of discoveries and plays.
with

cells as (
    select * from {{ ref('int_cells_split') }}
),

splits as (
    select * from {{ ref('int_splits_built') }}
    where split_kind = 'random_like'
),

discoveries as (
    select
        splits.split_name,
        cells.item_type,
        cells.user_id,
        cells.item_id,
        sum(cells.play_count) as play_count,
        count(case when cells.part = 'fit' then 1 end) as fit_cells,
        count(case when cells.part = 'validation' then 1 end) as validation_cells
    from splits
    inner join cells on splits.like_split = cells.split_name
    group by all
),

counts as (
    select
        split_name,
        item_type,
        user_id,
        count(case when fit_cells + validation_cells = 0 then 1 end) as test_items,
        count(case when fit_cells = 0 and validation_cells > 0 then 1 end) as validation_items,
        sum(play_count) as plays
    from discoveries
    group by all
    union all
    select
        cells.split_name,
        cells.item_type,
        cells.user_id,
        count(case when cells.part = 'test' then 1 end) as test_items,
        count(case when cells.part = 'validation' then 1 end) as validation_items,
        sum(cells.play_count) as plays
    from cells
    inner join splits on cells.split_name = splits.split_name
    group by all
)

select
    split_name,
    item_type,
    user_id
from counts
group by all
having count(*) <> 2
    or min(test_items) <> max(test_items)
    or min(validation_items) <> max(validation_items)
    or min(plays) <> max(plays)
