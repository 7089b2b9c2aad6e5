/** Figures as people read them; every one of them comes from a query. */

import { element } from "./elements";
import type { Cell } from "./engine";

/** A whole number with its thousands apart. */
export function whole(value: Cell): string {
  return value === null ? "" : value.replace(/\B(?=(\d{3})+$)/g, ",");
}

export function decimals(value: Cell, digits: number): string {
  return value === null ? "" : Number(value).toFixed(digits);
}

/** A figure with so many digits that count, however small it is. */
export function digits(value: Cell, count: number): string {
  return value === null ? "" : String(Number(Number(value).toPrecision(count)));
}

/** The day of a time. */
export function day(value: Cell): string {
  return value === null ? "" : value.slice(0, 10);
}

/** Figures of a column as they are, each with room to its right for the decimals that others have more. */
export function aligned(column: Cell[]): HTMLElement[] {
  const rests = column.map((cell) => /^-?\d+(\.\d+)?$/.exec(cell ?? "")?.[1] ?? "");
  const most = rests.reduce((a, b) => (a.length < b.length ? b : a), "");
  return column.map((cell, i) => {
    const room = most.slice(rests[i]?.length).replace(/\d/g, "0");
    return element("span", {}, cell, room && element("span", { class: "room", "aria-hidden": "true" }, room));
  });
}
