-- Cells of a random split that stand in more than one part.
select
    cells.split_name,
    cells.item_type,
    cells.user_id,
    cells.item_id
from {{ ref('int_cells_split') }} as cells
inner join {{ ref('int_splits_built') }} as splits on cells.split_name = splits.split_name
where splits.split_kind in ('random', 'random_groups', 'random_like', 'leave_last')
group by
    cells.split_name,
    cells.item_type,
    cells.user_id,
    cells.item_id
having count(*) > 1
