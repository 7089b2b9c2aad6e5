-- Names in SPLITS that the seed `splits` does not have.
select requested.split_name
from (
    select cast(null as string) as split_name
    where false
    {%- for name in requested_splits() %}
    union all
    select {{ literal_text(name) }} as split_name
    {%- endfor %}
) as requested
where requested.split_name not in (select split_name from {{ ref('splits') }})
