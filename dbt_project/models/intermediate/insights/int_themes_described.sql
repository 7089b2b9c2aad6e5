with

figures as (
    select * from {{ ref('stg_recommender__theme_figures') }}
),

leading_items as (
    select
        *,
        case when item_type = 'track' then artist_name || ': ' || item_name else item_name end as title
    from {{ ref('int_theme_items_named') }}
    where rank <= {{ var('theme_top_items') }}
),

tags as (
    select * from {{ ref('artist_tags') }}
),

-- a tag profile as a vector of length 1
tag_vectors as (
    select
        artist_id,
        tag,
        share / sqrt(sum(share * share) over (partition by artist_id)) as weight
    from tags
),

tagged_artists as (
    select distinct
        leading_items.item_type,
        leading_items.model_name,
        leading_items.n_themes,
        leading_items.theme_id,
        leading_items.artist_id
    from leading_items
    semi join tags on leading_items.artist_id = tags.artist_id
),

artist_pairs as (
    select
        one.item_type,
        one.model_name,
        one.n_themes,
        one.theme_id,
        one.artist_id,
        other.artist_id as other_artist_id
    from tagged_artists as one
    inner join tagged_artists as other
        on {{ same_keys('one', 'other', ['item_type', 'model_name', 'n_themes', 'theme_id']) }}
            and one.artist_id < other.artist_id
),

compare_artists as (
    select
        pairs.artist_id,
        pairs.other_artist_id,
        sum(one.weight * other.weight) as cosine
    from (select distinct artist_id, other_artist_id from artist_pairs) as pairs
    inner join tag_vectors as one on pairs.artist_id = one.artist_id
    inner join tag_vectors as other
        on pairs.other_artist_id = other.artist_id
            and one.tag = other.tag
    group by all
),

compare_tags as (
    select
        artist_pairs.item_type,
        artist_pairs.model_name,
        artist_pairs.n_themes,
        artist_pairs.theme_id,
        avg(coalesce(compare_artists.cosine, 0)) as tag_coherence
    from artist_pairs
    left join compare_artists
        on {{ same_keys('artist_pairs', 'compare_artists', ['artist_id', 'other_artist_id']) }}
    group by all
),

read_items as (
    select
        item_type,
        model_name,
        n_themes,
        theme_id,
        sum(case when weight < 0 then -weight else 0 end) / nullif(sum(abs(weight)), 0) as negative_share,
        {{ joined_text('title', 'rank', ', ') }} as top_items
    from leading_items
    group by all
),

final as (
    select
        figures.item_type,
        figures.model_name,
        figures.n_themes,
        figures.theme_id,
        figures.strength,
        figures.coherence,
        figures.coherence_positive,
        figures.coherence_random,
        figures.stability,
        {{ rounded('compare_tags.tag_coherence') }} as tag_coherence,
        {{ rounded('read_items.negative_share') }} as negative_share,
        read_items.top_items
    from figures
    left join read_items
        on {{ same_keys('figures', 'read_items', ['item_type', 'model_name', 'n_themes', 'theme_id']) }}
    left join compare_tags
        on {{ same_keys('figures', 'compare_tags', ['item_type', 'model_name', 'n_themes', 'theme_id']) }}
)

select * from final
