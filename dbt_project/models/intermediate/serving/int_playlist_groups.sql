with

user_themes as (
    select * from {{ ref('user_themes') }}
    where item_type = 'track' and model_name = 'nmf' and rank <= {{ var('playlist_groups') }}
),

themes as (
    select * from {{ ref('themes') }}
),

theme_items as (
    select * from {{ ref('theme_items') }}
),

clusters as (
    select * from {{ ref('item_clusters') }}
    where item_type = 'track'
),

items as (
    select * from {{ ref('item_popularity') }}
),

plays as (
    select * from {{ ref('user_item_plays') }}
    where item_type = 'track'
),

rank_clusters_of_users as (
    select
        plays.user_id,
        clusters.cluster_id,
        row_number() over (
            partition by plays.user_id
            order by sum(plays.play_count) desc, clusters.cluster_id asc
        ) as place
    from plays
    inner join clusters on plays.item_id = clusters.item_id
    group by
        plays.user_id,
        clusters.cluster_id
),

rank_tracks_of_clusters as (
    select
        clusters.cluster_id,
        clusters.cluster_label,
        clusters.item_id,
        row_number() over (
            partition by clusters.cluster_id
            order by items.listener_count desc, items.popularity_rank asc
        ) as place
    from clusters
    inner join items
        on {{ same_keys('clusters', 'items', ['item_type', 'item_id']) }}
),

listed as (
    select
        'theme' as playlist_kind,
        user_themes.user_id,
        user_themes.theme_id as group_id,
        'Theme: ' || themes.theme_label as title,
        theme_items.item_id as track_id,
        theme_items.rank as place
    from user_themes
    inner join themes
        on {{ same_keys('user_themes', 'themes', ['item_type', 'model_name', 'theme_id']) }}
    inner join theme_items
        on {{ same_keys('user_themes', 'theme_items', ['item_type', 'model_name', 'theme_id']) }}
    where theme_items.rank <= {{ var('playlist_group_tracks') }}
    union all
    select
        'cluster' as playlist_kind,
        rank_clusters_of_users.user_id,
        rank_clusters_of_users.cluster_id as group_id,
        'Cluster: ' || rank_tracks_of_clusters.cluster_label as title,
        rank_tracks_of_clusters.item_id as track_id,
        rank_tracks_of_clusters.place
    from rank_clusters_of_users
    inner join rank_tracks_of_clusters on rank_clusters_of_users.cluster_id = rank_tracks_of_clusters.cluster_id
    where rank_clusters_of_users.place <= {{ var('playlist_groups') }}
        and rank_tracks_of_clusters.place <= {{ var('playlist_group_tracks') }}
),

number_own_and_new as (
    select
        listed.*,
        plays.play_count,
        row_number() over (
            partition by listed.playlist_kind, listed.user_id, listed.group_id, plays.play_count is null
            order by listed.place
        ) as turn
    from listed
    left join plays
        on listed.user_id = plays.user_id
            and listed.track_id = plays.item_id
),

-- in turn one that the user played and one that is new
final as (
    select
        playlist_kind,
        user_id,
        cast(group_id as string) as subject,
        title,
        track_id,
        2 * turn + case when play_count is null then 1 else 0 end as priority,
        'number ' || place || ' of its ' || playlist_kind || ', ' || case
            when play_count is null then 'new to you'
            when play_count = 1 then 'played once'
            else 'played ' || play_count || ' times'
        end as why
    from number_own_and_new
)

select * from final
