{#- The only door from the split to the training marts: test cells end here. -#}
{{ config(materialized='view') }}

with

cells as (
    select * from {{ ref('int_cells_split') }}
),

final as (
    select * from cells
    where part in ('fit', 'validation')
)

select * from final
