/** Figures as people read them; every one of them comes from a query. */

import type { Cell } from "./engine";

/** A whole number with its thousands apart. */
export function whole(value: Cell): string {
  return value === null ? "" : value.replace(/\B(?=(\d{3})+$)/g, ",");
}

export function decimals(value: Cell, digits: number): string {
  return value === null ? "" : Number(value).toFixed(digits);
}

/** The day of a time. */
export function day(value: Cell): string {
  return value === null ? "" : value.slice(0, 10);
}
