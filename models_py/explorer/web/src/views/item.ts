/** One artist or track: what is like it, and who plays it. */

import { block, choices, type Row } from "../blocks";
import { bars } from "../charts";
import { element, named } from "../elements";
import { whose } from "../facts";
import { id, text } from "../literals";
import { decimals, digits, whole } from "../numbers";
import { changed, link } from "../place";
import { table } from "../tables";
import { type Context, itemLink, itemWithArtist, plural, sentence, userLink, type View } from "./view";

const SHOWN = 20;

interface Wanted extends Context {
  itemType: string;
  itemId: string;
}

export async function itemView(context: Context): Promise<View> {
  const [itemType = "", itemId = ""] = (context.place.item ?? "").split("-", 2);
  const wanted = { ...context, itemType: itemType === "track" ? "track" : "artist", itemId: id(itemId) };
  const [facts] = await context.engine.records(factsQuery(wanted));
  if (!facts) return sentence("Not in this file", "This file has no such artist or track. The search field finds those that it has.");
  const [similar, listeners, more, lists] = await Promise.all([
    similarBlock(wanted),
    listenersBlock(wanted, facts),
    wanted.itemType === "artist" ? tracksBlock(wanted) : null,
    listsBlock(wanted),
  ]);
  return {
    title: facts.item_name ?? "",
    content: [
      element("h1", { tabindex: -1 }, named(facts.item_name ?? "")),
      factList(wanted.itemType, facts),
      element("div", { class: "columns" }, similar, element("div", {}, listeners, ...(more ? [more] : []), lists)),
    ],
  };
}

function factsQuery({ itemType, itemId }: Wanted): string {
  const artist =
    itemType === "track" ? `(select artist_id from tracks where track_id = ${itemId})` : "null";
  return `
    select item.*, ${artist} as artist_id, (select count(*) from item_popularity where item_type = '${itemType}') as items_in_file,
        (select cluster_label from item_clusters as c where c.item_type = item.item_type and c.item_id = item.item_id) as cluster_label,
        (select string_agg(tag, ', ' order by rank) from artist_tags
            where rank <= 8 and artist_id = coalesce(${artist}, item.item_id)) as tags
    from item_popularity as item where item_type = '${itemType}' and item_id = ${itemId}
  `;
}

function factList(itemType: string, facts: Row): HTMLElement {
  const shown: [string, HTMLElement | string | null][] = [
    ["by", itemType === "track" ? itemLink("artist", facts.artist_id, facts.artist_name) : null],
    ["plays", whole(facts.play_count ?? null)],
    ["listeners", whole(facts.listener_count ?? null)],
    ["place by plays", whole(facts.popularity_rank ?? null)],
    ["group", facts.cluster_label ?? null],
    ["tags", facts.tags ?? null],
  ];
  const given = shown.filter(([, value]) => value);
  return element("dl", { class: "facts" }, ...given.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, typeof value === "string" ? named(value) : value))));
}

async function similarBlock({ engine, itemType, itemId, place }: Wanted): Promise<HTMLElement> {
  const models = await engine.records(`
    select model_name, bool_or(is_served) as is_served from similar_items
    where item_type = '${itemType}' and item_id = ${itemId} group by all order by is_served desc, model_name
  `);
  const model = models.find((row) => row.model_name === place.model) ?? models[0];
  const made = await block(engine, {
    title: "Most alike",
    sql: `
      select rank, similar_item_id, similar_item_name, similar_artist_name, similarity
      from similar_items
      where item_type = '${itemType}' and item_id = ${itemId} and model_name = ${text(model?.model_name ?? "")}
      order by rank limit ${SHOWN}`,
    otherwise: "No model that serves says what is like it: it is not among the items with most listeners.",
    show: (rows) =>
      bars(
        "Similarity",
        rows.map((row) => ({
          label: itemWithArtist(itemType, row.similar_item_id, row.similar_item_name, row.similar_artist_name),
          values: [Number(row.similarity)],
          shown: [digits(row.similarity ?? null, 3)],
        })),
      ),
  });
  const links = models.map((row) => ({
    name: row.is_served === "true" ? `${row.model_name} (served)` : (row.model_name ?? ""),
    href: link(changed({ model: row.model_name ?? "" })),
    isCurrent: row === model,
  }));
  if (links.length > 1) made.querySelector("h2")?.after(choices("By model", links, false));
  return made;
}

function listenersBlock({ engine, itemType, itemId, facts: file }: Wanted, facts: Row): Promise<HTMLElement> {
  const everybody = `${whole(facts.listener_count ?? null)} users play it in the whole of the data. `;
  return block(engine, {
    title: "Who plays it",
    note: `${everybody}${whose(file)}`,
    sql: `
      select user_id, user_item_plays.play_count, round(100.0 * user_item_plays.play_count / users.play_count, 1) as percent
      from user_item_plays inner join users using (user_id)
      where item_type = '${itemType}' and item_id = ${itemId}
      order by user_item_plays.play_count desc, user_id limit ${SHOWN}`,
    otherwise: "None of the users in this file.",
    show: (rows) =>
      table(
        "Users of this file who play it",
        [{ heading: "user" }, { heading: "plays", isNumber: true }, { heading: "% of own plays", isNumber: true }],
        rows.map((row) => [userLink(row.user_id), whole(row.play_count ?? null), decimals(row.percent ?? null, 1)]),
      ),
  });
}

function tracksBlock({ engine, itemId }: Wanted): Promise<HTMLElement> {
  return block(engine, {
    title: "Tracks played most",
    sql: `
      select track_id, track_name, play_count, listener_count
      from tracks where artist_id = ${itemId}
      order by play_count desc, track_id limit 10`,
    otherwise: "These data have no tracks of this artist.",
    show: (rows) =>
      table(
        "Tracks played most",
        [{ heading: "track" }, { heading: "plays", isNumber: true }, { heading: "listeners", isNumber: true }],
        rows.map((row) => [itemLink("track", row.track_id, row.track_name), whole(row.play_count ?? null), whole(row.listener_count ?? null)]),
      ),
  });
}

function listsBlock({ engine, itemType, itemId, facts }: Wanted): Promise<HTMLElement> {
  return block(engine, {
    title: "Who is served it as a discovery",
    sql: `
      select user_id, rank, model_name from served_recommendations
      where item_type = '${itemType}' and item_id = ${itemId} and task = 'discovery' and rank <= ${facts.headlineK}
      order by rank, user_id limit ${SHOWN}`,
    otherwise: `None of the users in this file, among the first ${facts.headlineK} ${plural(itemType)}.`,
    show: (rows) =>
      table(
        "Users of this file who are served it",
        [{ heading: "user" }, { heading: "place", isNumber: true }, { heading: "model" }],
        rows.map((row) => [userLink(row.user_id), row.rank ?? "", row.model_name ?? ""]),
      ),
  });
}
