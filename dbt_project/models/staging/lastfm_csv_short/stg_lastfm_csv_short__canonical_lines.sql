{{ config(materialized='ephemeral') }}

with

final as (
    {{ canonical_export('lastfm_csv_short') }}
)

select * from final
