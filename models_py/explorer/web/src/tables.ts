/** Tables: figures to the right with figures of one width, text to the left. */

import { type Child, element } from "./elements";

export interface Column {
  heading: Child;
  isNumber?: boolean;
}

/** A table that scrolls sideways where it is wider than the page. */
export function table(caption: string, columns: Column[], rows: Child[][]): HTMLElement {
  const head = columns.map(({ heading, isNumber }) => element("th", { scope: "col", class: isNumber ? "number" : "" }, heading));
  const body = rows.map((row) =>
    element("tr", {}, ...row.map((cell, i) => element("td", { class: columns[i]?.isNumber ? "number" : "" }, cell))),
  );
  return element(
    "div",
    { class: "scroll", role: "region", tabindex: 0, "aria-label": caption },
    element(
      "table",
      {},
      element("caption", { class: "unseen" }, caption),
      element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...body),
    ),
  );
}
