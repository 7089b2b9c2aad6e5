with

lines as (
    select * from {{ ref('stg_metadata__artist_tag_lines') }}
    where reason is null
),

-- the same keys as those of artists in raw event files: a tag finds its artist whatever the case and the blanks
keyed as (
    select
        {{ compare_key('artist_name') }} as artist_key,
        {{ compare_key('tag') }} as tag,
        tag_count
    from lines
),

final as (
    select
        {{ name_id('artist_key') }} as artist_id,
        artist_key,
        tag,
        cast(sum(tag_count) as bigint) as tag_count
    from keyed
    group by
        artist_key,
        tag
)

select * from final
