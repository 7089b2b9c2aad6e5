with

lists as (
    {{ artist_lists() }}
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
