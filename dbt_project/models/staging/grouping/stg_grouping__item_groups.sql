select item_groups.*
from {{ source('grouping', 'item_groups') }} as item_groups
inner join {{ ref('int_item_groups_wanted') }} as wanted
    on {{ same_keys('item_groups', 'wanted', ['item_type', 'fingerprint']) }}
