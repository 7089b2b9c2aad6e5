-- ranks of a served list go from 1 to its length, whatever feedback and limits leave out
select
    item_type,
    task,
    user_id
from {{ ref('served_recommendations') }}
group by item_type, task, user_id
having max(rank) <> count(*)
