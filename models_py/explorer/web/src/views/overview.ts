/** Where the explorer begins: whose data are here, and what can be asked. */

import { bars } from "../charts";
import { block } from "../blocks";
import { element } from "../elements";
import { whose } from "../facts";
import { decimals, whole } from "../numbers";
import { link } from "../place";
import { ready } from "../queries";
import { table } from "../tables";
import { type Context, itemWithArtist, plural, userLink, type View } from "./view";

const SHOWN = 20;
const ASKED = 6;

export async function overview({ engine, facts }: Context): Promise<View> {
  const models = await Promise.all(
    facts.itemTypes.map((itemType) =>
      block(engine, {
        title: `Which models find new ${plural(itemType)}`,
        note: "NDCG of lists of discoveries on plays that were held out, from 0 to 1, the first eight models.",
        sql: `
          select model_name, ndcg
          from model_leaderboard
          where split_name = (select default_split from evaluation_parameters)
              and item_type = '${itemType}' and task = 'discovery'
          order by leaderboard_rank limit 8`,
        otherwise: "No model was evaluated on these data.",
        show: (rows) =>
          bars(
            `NDCG by model, ${plural(itemType)}`,
            rows.map(({ model_name, ndcg }) => ({
              label: model_name ?? "",
              values: [Number(ndcg)],
              shown: [decimals(ndcg ?? null, 3)],
            })),
          ),
      }),
    ),
  );
  const users = await block(engine, {
    title: "Users in this file",
    note: facts.people.length > SHOWN ? `The ${SHOWN} with most plays; the search field finds the others.` : "",
    sql: `
      with first_users as (
          from users order by play_count desc, user_id limit ${SHOWN}
      ),

      favourites as (
          select user_id, max_by(item_id, (plays.play_count, -item_id)) as item_id
          from first_users inner join user_item_plays as plays using (user_id)
          where item_type = 'artist'
          group by all
      )

      select user_id, role, first_users.play_count, first_users.artist_count, first_users.track_count, item_id, artist_name
      from first_users
      inner join excerpt.users using (user_id)
      left join favourites using (user_id)
      left join artists on artist_id = item_id
      order by first_users.play_count desc, user_id`,
    otherwise: "There are none.",
    show: (rows) => {
      const hasRoles = rows.some((row) => row.role);
      return table(
        "Users in this file",
        [
          { heading: "user" },
          ...(hasRoles ? [{ heading: "example of" }] : []),
          { heading: "plays", isNumber: true },
          { heading: "artists", isNumber: true },
          { heading: "tracks", isNumber: true },
          { heading: "plays most" },
        ],
        rows.map((row) => [
          userLink(row.user_id),
          ...(hasRoles ? [row.role ?? ""] : []),
          whole(row.play_count ?? null),
          whole(row.artist_count ?? null),
          whole(row.track_count ?? null),
          row.item_id ? itemWithArtist("artist", row.item_id, row.artist_name, "") : "",
        ]),
      );
    },
  });
  const questions = ready(facts).slice(0, ASKED);
  return {
    title: "Overview",
    content: [
      element("h1", { tabindex: -1 }, "Listeners, recommendations and the SQL behind them"),
      element("p", { class: "lead" }, whose(facts)),
      facts.isDemo && element("p", { class: "warning" }, "These data are made up. What they show proves nothing about music."),
      users,
      element("div", { class: "columns" }, ...models),
      element(
        "section",
        { class: "block" },
        element("h2", {}, "Questions to start with"),
        element(
          "ul",
          { class: "questions" },
          ...questions.map(({ name, title }) => element("li", {}, element("a", { href: link({ query: name }) }, title))),
        ),
      ),
    ].filter((child) => child !== false),
  };
}
