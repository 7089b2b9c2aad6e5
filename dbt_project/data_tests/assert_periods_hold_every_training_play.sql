-- Cells of a training part whose plays by period are not those of the part, where a split and item type has periods.
with

by_period as (
    select
        split_name,
        item_type,
        part,
        user_index,
        item_index,
        sum(play_count) as plays
    from {{ ref('training_interaction_periods') }}
    group by all
),

studies as (
    select distinct
        split_name,
        item_type,
        part
    from by_period
),

by_part as (
    select
        cells.split_name,
        cells.item_type,
        studies.part,
        cells.user_index,
        cells.item_index,
        sum(cells.play_count) as plays
    from {{ ref('training_interactions') }} as cells
    inner join studies
        on {{ same_keys('cells', 'studies', ['split_name', 'item_type']) }}
            and studies.part in (cells.part, 'train')
    group by all
)

select *
from by_part
full outer join by_period
    on {{ same_keys('by_part', 'by_period', ['split_name', 'item_type', 'part', 'user_index', 'item_index']) }}
where by_part.plays is distinct from by_period.plays
