/** What has a name like what somebody types. */

import type { Proposal } from "./combobox";
import type { Engine } from "./engine";
import { text } from "./literals";
import { whole } from "./numbers";
import { go, type Place } from "./place";

const EACH = 5;

/** Users, artists and tracks in whose name every word of `typed` is, in any case and with or without accents. */
export async function everything(engine: Engine, typed: string): Promise<Proposal[]> {
  const found = await engine.records(`
    with names as (
        select 1 as kind_order, 'user' as kind, user_id as id, user_id as name, '' as artist_name, play_count from users
        union all
        select 2, 'artist', cast(artist_id as varchar), artist_name, '', play_count from artists
        union all
        select 3, 'track', cast(track_id as varchar), track_name, artist_name, play_count from tracks
    ),

    folded as (
        select *, strip_accents(lower(name)) as folded_name, strip_accents(lower(name || ' ' || artist_name)) as folded
        from names
    )

    select kind, id, name, artist_name, play_count from folded
    where ${words(typed, "folded")}
    qualify row_number() over (partition by kind order by ${order(typed, "folded_name")}, play_count desc, id) <= ${EACH}
    order by kind_order, ${order(typed, "folded_name")}, play_count desc, id
  `);
  return found.map(({ kind, id, name, artist_name, play_count }) => ({
    label: name ?? "",
    note: [artist_name && `by ${artist_name}`, `${whole(play_count ?? null)} plays`].filter(Boolean).join(", "),
    kind: kind ?? "",
    chosen: () => go(kind === "user" ? { user: id ?? "" } : { item: `${kind}-${id}` }),
  }));
}

/** Users but one, to be put beside that one. */
export async function others(engine: Engine, user: string, typed: string, chosen: (user: string) => Place): Promise<Proposal[]> {
  const found = await engine.records(`
    select user_id, play_count from users
    where user_id <> ${text(user)} and ${words(typed, "strip_accents(lower(user_id))")}
    order by ${order(typed, "strip_accents(lower(user_id))")}, play_count desc, user_id limit ${2 * EACH}
  `);
  return found.map(({ user_id, play_count }) => ({
    label: user_id ?? "",
    note: `${whole(play_count ?? null)} plays`,
    kind: "user",
    chosen: () => go(chosen(user_id ?? "")),
  }));
}

function words(typed: string, where: string): string {
  const each = typed.split(/\s+/).filter(Boolean);
  return each.map((word) => `contains(${where}, strip_accents(lower(${text(word)})))`).join(" and ") || "true";
}

/** First what begins with what is typed. */
function order(typed: string, name: string): string {
  return `not starts_with(${name}, strip_accents(lower(${text(typed)})))`;
}
