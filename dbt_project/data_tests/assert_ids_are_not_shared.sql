-- Ids that two different compare keys share: the 52 bits were too few.
select
    'artist' as item_type,
    artist_id as item_id
from {{ ref('int_spellings_identified') }}
group by artist_id
having count(distinct artist_key) > 1
union all
select
    'track' as item_type,
    track_id as item_id
from {{ ref('int_spellings_identified') }}
group by track_id
having count(distinct track_key) > 1
