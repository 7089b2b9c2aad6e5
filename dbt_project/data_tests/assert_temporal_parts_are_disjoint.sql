-- Cells of a temporal split with a play outside their part: later than its end, or not later than its start.
select cells.*
from {{ ref('int_cells_split') }} as cells
inner join {{ ref('int_split_parts') }} as parts
    on cells.split_name = parts.split_name
        and cells.part = parts.part
where cells.last_played_at > parts.until
    or cells.first_played_at <= parts.after
