{#- A view: it is every grid point times everybody. -#}
{{ config(materialized='view') }}

select
    'user' as entity_type,
    item_type,
    representation,
    algorithm,
    n_clusters,
    user_id,
    cast(null as bigint) as item_id,
    cluster_id,
    distance,
    silhouette,
    x,
    y
from {{ ref('stg_recommender__user_cluster_labels') }}
union all
select
    item_type as entity_type,
    item_type,
    representation,
    algorithm,
    n_clusters,
    cast(null as string) as user_id,
    item_id,
    cluster_id,
    distance,
    silhouette,
    x,
    y
from {{ ref('stg_recommender__item_cluster_labels') }}
