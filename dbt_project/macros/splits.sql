{# Which rows of the seed `splits` this build uses: the load's default split, 'full', and those named in SPLITS. #}
{% macro requested_splits() -%}
    {{ return(env_var('SPLITS', '').replace(',', ' ').split()) }}
{%- endmacro %}

{% macro is_built_split() -%}
    (
        is_default
        or default_for = 'any'
        {%- for name in requested_splits() %}
        or split_name = {{ literal_text(name) }}
        {%- endfor %}
    )
{%- endmacro %}

{# True where the tasks of a split (see the seed) name this one. #}
{% macro has_task(tasks, task) -%}
    concat(',', {{ tasks }}, ',') like concat('%,', {{ task }}, ',%')
{%- endmacro %}

{# A split's tasks for an item type: of artists every discovery is of a new one, so that 'new_artists' is a task of tracks alone. #}
{% macro tasks_of(tasks, item_type) -%}
    case when {{ item_type }} = 'track' then {{ tasks }} else replace({{ tasks }}, ',new_artists', '') end
{%- endmacro %}

{#
Keys of the held-out tracks by an artist of whom the user has a known track. `artists` has one row per track, with its artist; `known`
holds cells of every item type.
#}
{% macro tracks_by_known_artists(held_out, known, artists) -%}
    select
        {{ held_out }}.split_name,
        {{ held_out }}.item_type,
        {{ held_out }}.user_id,
        {{ held_out }}.item_id
    from {{ held_out }}
    inner join {{ artists }} on {{ held_out }}.item_id = {{ artists }}.track_id
    semi join (
        select
            {{ known }}.split_name,
            {{ known }}.user_id,
            {{ artists }}.artist_id
        from {{ known }}
        inner join {{ artists }} on {{ known }}.item_id = {{ artists }}.track_id
        where {{ known }}.item_type = 'track' and {{ known }}.split_name <> 'full'
    ) as known_artists
        on {{ held_out }}.split_name = known_artists.split_name
            and {{ held_out }}.user_id = known_artists.user_id
            and {{ artists }}.artist_id = known_artists.artist_id
    where {{ held_out }}.item_type = 'track'
{%- endmacro %}
