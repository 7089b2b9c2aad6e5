{{ config(materialized='ephemeral') }}

with

final as (
    {{ canonical_export('lastfm_csv_bare') }}
)

select * from final
