-- Groups of a user that stand in more than one part of a split that holds out whole groups.
select
    cells.split_name,
    cells.item_type,
    cells.user_id,
    item_groups.group_id
from {{ ref('int_cells_split') }} as cells
inner join {{ ref('int_splits_built') }} as splits on cells.split_name = splits.split_name
inner join {{ ref('item_groups') }} as item_groups
    on {{ same_keys('cells', 'item_groups', ['item_type', 'item_id']) }}
where splits.split_kind = 'random_groups'
group by
    cells.split_name,
    cells.item_type,
    cells.user_id,
    item_groups.group_id
having count(distinct cells.part) > 1
