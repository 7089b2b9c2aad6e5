/** Blocks of a page: a heading, what a query gives, and the query. */

import type { Cell, Engine } from "./engine";
import { type Child, element } from "./elements";
import { link } from "./place";

export type Row = Record<string, Cell>;

export interface Wanted {
  title: string;
  note?: Child;
  sql: string;
  /** What is said where the query gives no rows. */
  otherwise: string;
  show: (rows: Row[]) => Child;
}

export async function block(engine: Engine, { title, note, sql, otherwise, show }: Wanted): Promise<HTMLElement> {
  const query = tidy(sql);
  const rows = await engine.records(query);
  return element(
    "section",
    { class: "block" },
    element("h2", {}, title),
    note && element("p", { class: "note" }, note),
    rows.length ? show(rows) : element("p", {}, otherwise),
    fold(query),
  );
}

function fold(query: string): HTMLElement {
  return element(
    "details",
    { class: "sql" },
    element("summary", {}, "SQL"),
    element("pre", {}, element("code", {}, query)),
    element("a", { href: link({ sql: query }) }, "Open in the SQL box"),
  );
}

/** Take away the indentation that a query has in this code. */
export function tidy(sql: string): string {
  const lines = sql.replace(/^\n|\s+$/g, "").split("\n");
  const indents = lines.filter((each) => each.trim()).map((each) => each.length - each.trimStart().length);
  const common = Math.min(...indents);
  return lines.map((each) => each.slice(common)).join("\n");
}

export interface Choice {
  name: string;
  href: string;
  isCurrent: boolean;
}

/** Links of which one is where somebody is. */
export function choices(label: string, given: Choice[], isShown = true): HTMLElement {
  return element(
    "nav",
    { class: "choices", "aria-label": label },
    isShown && element("span", { class: "note", "aria-hidden": "true" }, label),
    ...given.map(({ name, href, isCurrent }) =>
      element("a", { href, "data-focus": `${label}: ${name}`, ...(isCurrent ? { "aria-current": "true" } : {}) }, name),
    ),
  );
}

/** Rows that have something in common, in the order of their first. */
export function grouped(rows: Row[], key: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}
