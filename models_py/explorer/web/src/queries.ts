/** Queries to start with. */

import { tidy } from "./blocks";
import type { Facts } from "./facts";
import { text } from "./literals";

export interface Ready {
  name: string;
  title: string;
  sql: string;
  chart?: "bars" | "line";
}

/** The queries, about a user of the file where one is needed. */
export function ready({ people, itemTypes }: Facts): Ready[] {
  const one = text(people[0]?.id ?? "");
  const two = text(people[1]?.id ?? people[0]?.id ?? "");
  const type = text(itemTypes[0] ?? "artist");
  const split = "(select default_split from evaluation_parameters)";
  const given: Ready[] = [
    {
      name: "leaderboard",
      title: "Which model finds best what is new?",
      chart: "bars",
      sql: `
        select model_name, round(ndcg, 4) as ndcg,
            round(ndcg_ci_low, 4) as low, round(ndcg_ci_high, 4) as high, lead_is_real,
            round(hit_rate, 3) as hit_rate, round(coverage, 3) as coverage, round(novelty, 2) as novelty
        from model_leaderboard
        where split_name = ${split}
            and item_type = ${type} and task = 'discovery'
        order by leaderboard_rank`,
    },
    {
      name: "segments",
      title: "For whom does it work?",
      sql: `
        select segment_value, model_name, round(value, 4) as ndcg,
            round(ci_low, 4) as low, round(ci_high, 4) as high, n_users
        from segment_metrics
        where split_name = ${split}
            and item_type = ${type} and task = 'discovery' and segment = 'activity'
            and metric = 'ndcg' and k = (select headline_k from evaluation_parameters)
        order by segment_value, value desc`,
    },
    {
      name: "gain",
      title: "Who is better off than with what everybody plays?",
      chart: "bars",
      sql: `
        select user_id || ', ' || task as user_and_task, round(value, 4) as ndcg,
            round(most_popular_value, 4) as of_most_popular, round(gain, 4) as gain
        from personalization_gain
        where item_type = ${type}
        order by gain desc`,
    },
    {
      name: "hits",
      title: "Which recommendations were then played?",
      sql: `
        select user_id, model_name, rank, item_name, play_count as plays_held_out
        from recommendations
        inner join test_interactions using (split_name, item_type, user_id, item_id)
        where item_type = ${type} and task = 'discovery' and rank <= 10
        order by user_id, rank, model_name`,
    },
    {
      name: "reasons",
      title: "What is a recommendation made of?",
      chart: "bars",
      sql: `
        select coalesce(because_item_name, 'everything else') as because_of, round(contribution, 4) as adds,
            item_name as recommended, round(score, 4) as score
        from recommendation_reasons
        where user_id = ${one} and item_type = ${type} and task = 'discovery' and rank = 1
        order by reason_rank`,
    },
    {
      name: "playlist",
      title: "What to play this week, and why?",
      sql: `
        select user_id, position, track_name, artist_name, why
        from playlists
        where playlist_kind = 'weekly_discovery'
        order by user_id, position`,
    },
    {
      name: "shared",
      title: "What do two users share?",
      sql: `
        select item_name, one.play_count as plays_of_one, two.play_count as plays_of_other
        from user_item_plays as one
        inner join user_item_plays as two using (item_type, item_id)
        inner join item_popularity using (item_type, item_id)
        where item_type = ${type} and one.user_id = ${one} and two.user_id = ${two}
        order by least(one.play_count, two.play_count) desc, item_name`,
    },
    {
      name: "hours",
      title: "When do they listen? By hour of the day (UTC)",
      chart: "line",
      sql: `
        select hour(played_at) as hour_of_day, count(*) as plays, count(distinct user_id) as users
        from plays
        group by all
        order by hour_of_day`,
    },
    {
      name: "alike",
      title: "What is most alike to what everybody plays?",
      chart: "bars",
      sql: `
        select similar_item_name, round(similarity, 4) as similarity,
            item_name as like_what, model_name
        from similar_items
        where item_type = ${type} and is_served and item_id = (
            select item_id from item_popularity
            where item_type = ${type}
            order by popularity_rank limit 1
        )
        order by rank`,
    },
    {
      name: "groups",
      title: "What kinds of listeners are there?",
      chart: "bars",
      sql: `
        select cluster_label, size, round(silhouette, 2) as silhouette, distinguishing_features, top_artists
        from cluster_profiles
        where entity_type = 'user'
        order by size desc`,
    },
    {
      name: "themes",
      title: "What is played together?",
      chart: "bars",
      sql: `
        select theme_label, round(coherence, 3) as coherence, top_tags, top_items
        from themes
        where item_type = ${type} and model_name = 'nmf'
        order by coherence desc`,
    },
    {
      name: "tail",
      title: "How long is the tail?",
      chart: "line",
      sql: `
        with ranked as (
            select round(100.0 * popularity_rank / max(popularity_rank) over (), 0) as percent_of_items,
                100 * cumulative_play_share as percent_of_plays
            from item_popularity
            where item_type = ${type}
        )

        select percent_of_items, round(max(percent_of_plays), 1) as percent_of_plays
        from ranked
        group by all
        order by percent_of_items`,
    },
    {
      name: "sparsity",
      title: "How empty is the matrix, and what does the filter cost?",
      sql: `
        select item_type, stage, user_count, item_count, cell_count,
            round(density, 5) as density, round(gini_of_plays, 3) as gini_of_plays
        from matrix_sparsity
        where split_name = ${split}
        order by item_type, stage desc`,
    },
    {
      name: "diversity",
      title: "What would more varied lists cost?",
      sql: `
        select diversity_kind, a.lambda, round(ndcg_kept, 3) as ndcg_kept,
            round(tag_diversity, 3) as tag_diversity, round(artist_diversity, 3) as artist_diversity,
            round(novelty, 2) as novelty
        from accuracy_diversity as a
        where split_name = ${split} and item_type = ${type}
        order by diversity_kind, a.lambda`,
    },
    {
      name: "lines",
      title: "What became of each line that was read?",
      sql: `
        select check_name, value, unit
        from load_audit`,
    },
  ];
  return given.map((each) => ({ ...each, sql: tidy(each.sql) }));
}
