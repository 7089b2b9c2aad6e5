-- how often each of eight users (or blocks of users) is drawn, from one md5: 16 bits each
with

draws as (
    select number + 1 as draw
    from {{ whole_numbers_below(var('bootstrap_draws')) }}
),

chunks as (
    select number as chunk
    from {{ whole_numbers_below((bootstrap_blocks() / 8) | round(0, 'ceil') | int) }}
),

pieces as (
    select number as piece
    from {{ whole_numbers_below(8) }}
),

digests as (
    select
        draws.draw,
        chunks.chunk,
        md5(concat_ws('|', 'bootstrap', draws.draw, chunks.chunk)) as digest
    from draws
    cross join chunks
),

uniforms as (
    select
        digests.draw,
        digests.chunk * 8 + pieces.piece + 1 as block,
        {{ hex_number('substr(digests.digest, 4 * pieces.piece + 1, 4)') }} as uniform
    from digests
    cross join pieces
),

-- the bounds are 65,536 times the cumulative Poisson(1) distribution
counts as (
    select
        draw,
        block,
        case
            when uniform < 24109 then 0
            when uniform < 48219 then 1
            when uniform < 60273 then 2
            when uniform < 64292 then 3
            when uniform < 65296 then 4
            when uniform < 65497 then 5
            when uniform < 65531 then 6
            else 7
        end as weight
    from uniforms
),

final as (
    select
        draw,
        {{ ordered_list('cast(weight as double)', 'block') }} as weights
    from counts
    group by draw
)

select * from final
