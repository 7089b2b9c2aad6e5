/** One user: what is played, what is recommended and why, and somebody else beside. */

import { block, choices, grouped, type Row } from "../blocks";
import { bars, line } from "../charts";
import { combobox } from "../combobox";
import { element, named } from "../elements";
import { text } from "../literals";
import { day, decimals, whole } from "../numbers";
import { changed, link } from "../place";
import { others } from "../search";
import { table } from "../tables";
import { type Context, itemWithArtist, plural, sentence, userLink, type View } from "./view";

const PLAYED = 15;
const LISTED = 10;
const NAMED = 2;
const TASKS: Record<string, string> = {
  discovery: "new to the user",
  repeat: "played before",
  all: "both",
  new_artists: "by new artists",
};

interface Wanted extends Context {
  user: string;
  other: string;
  itemType: string;
  task: string;
}

export async function userView(context: Context): Promise<View> {
  const { engine, place } = context;
  const user = place.user ?? "";
  const [facts] = await engine.records(`
    select users.*, cluster_label from users left join user_clusters using (user_id) where user_id = ${text(user)}
  `);
  if (!facts) {
    return sentence("Not in this file", `The data of a user called '${user}' are not in this file. The search field finds those who are.`);
  }
  const kinds = await engine.records(`
    select item_type, task from served_recommendations where user_id = ${text(user)} group by all
    union
    select item_type, 'discovery' from user_item_plays where user_id = ${text(user)} group by all
  `);
  const itemType = chosen(place.type, kinds.map((row) => row.item_type ?? ""), "artist");
  const tasks = kinds.filter((row) => row.item_type === itemType).map((row) => row.task ?? "");
  const task = chosen(place.task, Object.keys(TASKS).filter((each) => tasks.includes(each)), "discovery");
  const other = context.facts.people.some((person) => person.id === place.beside) && place.beside !== user ? (place.beside ?? "") : "";
  const wanted = { ...context, user, other, itemType, task };
  const [history, months, served, models, lists, beside] = await Promise.all([
    historyBlock(wanted),
    monthsBlock(wanted),
    servedBlock(wanted),
    modelsBlock(wanted),
    playlistsBlock(wanted),
    other ? besideBlock(wanted) : null,
  ]);
  return {
    title: user,
    content: [
      element("h1", { tabindex: -1 }, named(user)),
      factList(facts),
      element(
        "div",
        { class: "controls" },
        choices("Show", [...new Set(kinds.map((row) => row.item_type ?? ""))].sort().map((each) => ({
          name: plural(each),
          href: link(changed({ type: each })),
          isCurrent: each === itemType,
        }))),
        choices("Recommend what is", Object.keys(TASKS).filter((each) => tasks.includes(each)).map((each) => ({
          name: TASKS[each] ?? each,
          href: link(changed({ task: each })),
          isCurrent: each === task,
        }))),
      ),
      element("div", { class: "columns" }, history, served),
      models,
      ...(months ? [months] : []),
      lists,
      besideControls(wanted),
      ...(beside ?? []),
    ],
  };
}

function chosen(wanted: string | undefined, possible: string[], otherwise: string): string {
  return possible.find((each) => each === wanted) ?? possible.find((each) => each === otherwise) ?? possible[0] ?? otherwise;
}

function factList(facts: Row): HTMLElement {
  const profile = [facts.gender === "f" ? "female" : facts.gender === "m" ? "male" : "", facts.age && `aged ${facts.age}`, facts.country];
  const shown: [string, string][] = [
    ["plays", whole(facts.play_count ?? null)],
    ["artists", whole(facts.artist_count ?? null)],
    ["tracks", whole(facts.track_count ?? null)],
    ["heard", facts.first_played_at ? `${day(facts.first_played_at)} to ${day(facts.last_played_at ?? null)}` : ""],
    ["profile", profile.filter(Boolean).join(", ")],
    ["group", facts.cluster_label ?? ""],
  ];
  const given = shown.filter(([, value]) => value !== "");
  return element("dl", { class: "facts" }, ...given.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, named(value)))));
}

function historyBlock({ engine, user, itemType }: Wanted): Promise<HTMLElement> {
  return block(engine, {
    title: "Played most",
    sql: `
      select item_id, item_name, artist_name, user_item_plays.play_count
      from user_item_plays
      inner join item_popularity using (item_type, item_id)
      where user_id = ${text(user)} and item_type = '${itemType}'
      order by user_item_plays.play_count desc, item_id limit ${PLAYED}`,
    otherwise: `No plays of ${plural(itemType)} are known.`,
    show: (rows) =>
      bars(
        `Plays by ${itemType}`,
        rows.map((row) => ({
          label: itemWithArtist(itemType, row.item_id, row.item_name, row.artist_name),
          values: [Number(row.play_count)],
          shown: [whole(row.play_count ?? null)],
        })),
      ),
  });
}

async function monthsBlock({ engine, user }: Wanted): Promise<HTMLElement | null> {
  const [times] = await engine.records(`select count(*) as n from plays where user_id = ${text(user)}`);
  if (!times || times.n === "0") return null;
  return block(engine, {
    title: "Plays by month",
    sql: `
      with months as (
          select date_trunc('month', played_at) as month, count(*) as play_count
          from plays where user_id = ${text(user)} group by all
      ),

      every_month as (
          select unnest(generate_series(min(month), max(month), interval 1 month)) as month from months
      )

      select strftime(month, '%Y-%m') as month, epoch(month) as second, coalesce(play_count, 0) as play_count
      from every_month left join months using (month)
      order by month`,
    otherwise: "No times are known.",
    show: (rows) =>
      line(
        `Plays by month, ${rows[0]?.month} to ${rows.at(-1)?.month}`,
        "month",
        "plays",
        rows.map((row) => ({ x: Number(row.second), y: Number(row.play_count), label: row.month ?? "" })),
      ),
  });
}

function servedBlock({ engine, user, itemType, task }: Wanted): Promise<HTMLElement> {
  return block(engine, {
    title: "Served, and why",
    note: "Learnt from all plays. Each place opens to what its score is made of.",
    sql: `
      select served.rank, served.item_id, served.item_name, served.artist_name, served.model_name,
          reason_rank, because_item_id, because_item_name, because_artist_name, contribution
      from served_recommendations as served
      left join recommendation_reasons as reasons using (item_type, task, user_id, rank)
      where user_id = ${text(user)} and item_type = '${itemType}' and task = '${task}' and served.rank <= ${LISTED}
      order by served.rank, reason_rank`,
    otherwise: "Nothing is served for this.",
    show: (rows) => {
      const places = [...grouped(rows, (row) => row.rank ?? "").values()];
      return element("ol", { class: "reasons" }, ...places.map((reasons) => servedPlace(itemType, reasons)));
    },
  });
}

function servedPlace(itemType: string, reasons: Row[]): HTMLElement {
  const [first] = reasons;
  const known = reasons.filter((row) => row.because_item_name);
  const because = known.slice(0, NAMED).flatMap((row, i) => [i ? ", " : "", named(row.because_item_name ?? "")]);
  const item = itemWithArtist(itemType, first?.item_id, first?.item_name, first?.artist_name);
  if (!known.length) {
    return element("li", {}, element("div", { class: "place" }, item, element("span", { class: "because" }, first?.model_name ?? "")));
  }
  const opened = bars(
    "What the score is made of",
    reasons.map((row) => ({
      label: row.because_item_name ? itemWithArtist(itemType, row.because_item_id, row.because_item_name, row.because_artist_name) : "everything else",
      values: [Number(row.contribution)],
      shown: [decimals(row.contribution ?? null, 3)],
    })),
  );
  return element(
    "li",
    {},
    element("div", { class: "place" }, item),
    element("details", {}, element("summary", {}, element("span", { class: "because" }, "because of ", ...because)), opened),
  );
}

function modelsBlock({ engine, user, itemType, task }: Wanted): Promise<HTMLElement> {
  return block(engine, {
    title: "What each model recommends",
    note: "Made without the plays that were held out, in order of the leaderboard; \u25cf marks what the user then played among those. Below each name the NDCG of this user's list.",
    sql: `
      with parameters as (
          select default_split, headline_k from evaluation_parameters
      )

      select lists.rank, lists.model_name, lists.item_id, lists.item_name, lists.artist_name,
          held_out.item_id is not null as is_hit, own.value as ndcg
      from recommendations as lists
      inner join parameters on lists.split_name = parameters.default_split
      left join test_interactions as held_out using (split_name, item_type, user_id, item_id)
      left join model_leaderboard as board using (split_name, item_type, task, model_name)
      left join user_metrics as own
          on own.split_name = lists.split_name and own.item_type = lists.item_type and own.task = lists.task
          and own.model_name = lists.model_name and own.user_id = lists.user_id
          and own.metric = 'ndcg' and own.k = parameters.headline_k and own.scope = 'all'
      where lists.user_id = ${text(user)} and lists.item_type = '${itemType}' and lists.task = '${task}' and lists.rank <= ${LISTED}
      order by board.leaderboard_rank nulls last, lists.model_name, lists.rank`,
    otherwise: "No model lists anything for this user here: with too few plays before the test part nobody is evaluated.",
    show: (rows) => {
      const models = grouped(rows, (row) => row.model_name ?? "");
      const heads = [...models].map(([name, of]) => ({
        heading: element("span", { class: "model" }, name, element("span", { class: "by" }, of[0]?.ndcg ? decimals(of[0].ndcg, 3) : "not judged")),
      }));
      const body = Array.from({ length: LISTED }, (_, i) => [
        String(i + 1),
        ...[...models.values()].map((of) => {
          const row = of.find((each) => each.rank === String(i + 1));
          return row ? listed(itemType, row) : "";
        }),
      ]);
      const made = table("What each model recommends", [{ heading: "", isNumber: true }, ...heads], body);
      made.classList.add("models");
      return made;
    },
  });
}

function listed(itemType: string, row: Row): HTMLElement {
  const mark = row.is_hit === "true" && element("span", { class: "hit", role: "img", "aria-label": "played in the held-out part" }, "\u25cf ");
  return element("span", {}, mark, itemWithArtist(itemType, row.item_id, row.item_name, row.artist_name));
}

async function playlistsBlock({ engine, user, place }: Wanted): Promise<HTMLElement> {
  const there = await engine.records(`
    select playlist_id, playlist_kind, title, count(*) as tracks from playlists
    where user_id = ${text(user)} group by all order by playlist_kind, title, playlist_id
  `);
  const shown = there.find((row) => row.playlist_id === place.playlist) ?? there[0];
  const made = await block(engine, {
    title: "Playlists",
    sql: `
      select position, track_id, track_name, artist_name, why
      from playlists
      where playlist_id = ${text(shown?.playlist_id ?? "")} and user_id = ${text(user)}
      order by position`,
    otherwise: "There are none: playlists need tracks, and most of them times.",
    show: (rows) =>
      table(
        shown?.title ?? "",
        [{ heading: "", isNumber: true }, { heading: "track" }, { heading: "why" }],
        rows.map((row) => [row.position ?? "", itemWithArtist("track", row.track_id, row.track_name, row.artist_name), named(row.why ?? "")]),
      ),
  });
  if (shown) {
    const links = there.map((row) => ({
      name: row.title ?? "",
      href: link(changed({ playlist: row.playlist_id ?? "" })),
      isCurrent: row === shown,
    }));
    made.querySelector("h2")?.after(choices("Playlist", links, false));
  }
  return made;
}

function besideControls({ engine, facts, user, other }: Wanted): HTMLElement {
  const field = combobox({
    id: "beside",
    label: "Put another user beside",
    hint: "a user of this file",
    propose: (typed) => others(engine, user, typed, (chosen) => changed({ beside: chosen })),
  });
  return element(
    "section",
    { class: "block beside" },
    element("h2", {}, "Beside somebody else"),
    facts.people.length > 1 ? field : element("p", {}, "Nobody else is in this file."),
    other && element("p", {}, "Beside ", userLink(other), ". ", element("a", { href: link(changed({ beside: "" })), "data-focus": "alone" }, "Take away")),
  );
}

async function besideBlock({ engine, user, other, itemType, task }: Wanted): Promise<HTMLElement[]> {
  const shared = block(engine, {
    title: "What both play",
    note: element("span", {}, "Share of the plays of ", swatch(0), named(user), " and ", swatch(1), named(other), "."),
    sql: `
      with one as (
          select *, play_count / sum(play_count) over () as share from user_item_plays
          where user_id = ${text(user)} and item_type = '${itemType}'
      ),

      two as (
          select *, play_count / sum(play_count) over () as share from user_item_plays
          where user_id = ${text(other)} and item_type = '${itemType}'
      )

      select item_id, item_name, artist_name, round(100 * one.share, 2) as percent_of_one,
          round(100 * two.share, 2) as percent_of_other, count(*) over () as shared_items,
          round(100 * sum(least(one.share, two.share)) over (), 1) as agreement
      from one
      inner join two using (item_type, item_id)
      inner join item_popularity using (item_type, item_id)
      order by least(one.share, two.share) desc, item_id limit ${PLAYED}`,
    otherwise: `They have no ${itemType} in common.`,
    show: (rows) =>
      element(
        "div",
        {},
        element("p", {}, `${whole(rows[0]?.shared_items ?? null)} ${plural(itemType)} in common. Taken as shares, ${decimals(rows[0]?.agreement ?? null, 1)}% of their plays agree.`),
        bars(
          `Share of plays by ${itemType}, two users`,
          rows.map((row) => ({
            label: itemWithArtist(itemType, row.item_id, row.item_name, row.artist_name),
            values: [Number(row.percent_of_one), Number(row.percent_of_other)],
            shown: [row.percent_of_one, row.percent_of_other].map((percent) => `${decimals(percent ?? null, 1)}%`),
          })),
        ),
      ),
  });
  const lists = block(engine, {
    title: "What both are served",
    sql: `
      select rank, one.item_id as item_of_one, one.item_name as name_of_one, one.artist_name as artist_of_one,
          two.item_id as item_of_other, two.item_name as name_of_other, two.artist_name as artist_of_other
      from (from served_recommendations where user_id = ${text(user)} and item_type = '${itemType}' and task = '${task}') as one
      full join (from served_recommendations where user_id = ${text(other)} and item_type = '${itemType}' and task = '${task}') as two
          using (rank)
      where rank <= ${PLAYED}
      order by rank`,
    otherwise: "Nothing is served for this.",
    show: (rows) => {
      const ofOne = new Set(rows.map((row) => row.item_of_one));
      const ofOther = new Set(rows.map((row) => row.item_of_other));
      const cell = (id: Row[string] | undefined, name: Row[string] | undefined, artist: Row[string] | undefined, also: Set<Row[string] | undefined>) =>
        id && element("span", {}, also.has(id) && element("span", { class: "hit", role: "img", "aria-label": "in both lists" }, "\u25cf "), itemWithArtist(itemType, id, name, artist));
      return table(
        "What both are served",
        [{ heading: "", isNumber: true }, { heading: named(user) }, { heading: named(other) }],
        rows.map((row) => [
          row.rank ?? "",
          cell(row.item_of_one, row.name_of_one, row.artist_of_one, ofOther),
          cell(row.item_of_other, row.name_of_other, row.artist_of_other, ofOne),
        ]),
      );
    },
  });
  return [element("div", { class: "columns" }, ...(await Promise.all([shared, lists])))];
}

function swatch(index: number): HTMLElement {
  return element("span", { class: `swatch of-${index}`, "aria-hidden": "true" });
}
