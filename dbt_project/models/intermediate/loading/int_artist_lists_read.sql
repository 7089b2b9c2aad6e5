with

lists as (
    {%- for name, format in var('formats').items() if format.get('has_artist_lists') %}
    select * from {{ ref('stg_' ~ name ~ '__artist_lists') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select distinct
        {{ name_id(compare_key('artist_name')) }} as artist_id,
        position,
        {{ name_id(compare_key('credited_name')) }} as credited_artist_id,
        {{ tidy_name('credited_name') }} as credited_name
    from lists
    where not {{ is_blank('credited_name') }}
)

select * from final
