{{ config(materialized='ephemeral') }}

with

final as (
    {{ canonical_export('lastfm_notebook') }}
)

select * from final
