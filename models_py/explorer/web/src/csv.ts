/** CSV by RFC 4180, which no spreadsheet takes for anything but values. */

import type { Answer, Cell, Kind } from "./engine";

/** What a spreadsheet would compute, rather than show, at the start of a cell. */
const FORMULA = /^[=+\-@\t\r]/;

export function csv({ headings, kinds, rows }: Answer): string {
  const lines = [headings.map((heading) => field(heading, "text")), ...rows.map((row) => fields(row, kinds))];
  return lines.map((line) => `${line.join(",")}\r\n`).join("");
}

function fields(row: Cell[], kinds: Kind[]): string[] {
  return row.map((cell, i) => field(cell, kinds[i] ?? "text"));
}

/** No value is an empty field, and an empty text two quotes; numbers stay numbers, with their sign. */
function field(cell: Cell, kind: Kind): string {
  if (cell === null) return "";
  const value = kind !== "number" && FORMULA.test(cell) ? `'${cell}` : cell;
  return value === "" || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

export function download(name: string, content: string): void {
  const address = URL.createObjectURL(new Blob([content], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address));
}
