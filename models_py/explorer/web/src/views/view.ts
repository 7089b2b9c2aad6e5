/** What every view is made from, and makes. */

import type { Engine } from "../engine";
import type { Facts } from "../facts";
import { named } from "../elements";
import { element } from "../elements";
import { link, type Place } from "../place";

export interface Context {
  engine: Engine;
  facts: Facts;
  place: Place;
}

export interface View {
  title: string;
  content: Node[];
  /** What is done once it is shown, and when another view takes its place. */
  begin?: () => void;
  leave?: () => void;
}

export type MakeView = (context: Context) => Promise<View>;

export function itemLink(itemType: string, id: string | null | undefined, name: string | null | undefined): HTMLElement {
  return element("a", { href: link({ item: `${itemType}-${id}` }) }, named(name ?? ""));
}

export function userLink(id: string | null | undefined): HTMLElement {
  return element("a", { href: link({ user: id ?? "" }) }, named(id ?? ""));
}

/** A track with its artist, an artist by itself. */
export function itemWithArtist(itemType: string, id: string | null | undefined, name: string | null | undefined, artist: string | null | undefined): HTMLElement {
  const by = itemType === "track" && element("span", { class: "by" }, named(artist ?? ""));
  return element("span", { class: "item" }, itemLink(itemType, id, name), by);
}

export function plural(itemType: string): string {
  return `${itemType}s`;
}

/** A sentence as a view of its own. */
export function sentence(title: string, words: string): View {
  return { title, content: [element("h1", { tabindex: -1 }, title), element("p", {}, words)] };
}
