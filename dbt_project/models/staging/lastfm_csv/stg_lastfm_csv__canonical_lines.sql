{{ config(materialized='ephemeral') }}

with

final as (
    {{ canonical_export('lastfm_csv') }}
)

select * from final
