{{ config(materialized='ephemeral') }}

with

final as (
    {{ canonical_export('lastfm_by_user') }}
)

select * from final
