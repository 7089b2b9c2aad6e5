{{ config(materialized='ephemeral') }}

with

final as (
    {{ canonical_export('lastexport') }}
)

select * from final
