/** What tables there are, what a row of each is, and how much of each is in this file. */

import { element } from "../elements";
import { whose } from "../facts";
import { whole } from "../numbers";
import { link } from "../place";
import { table } from "../tables";
import { grouped } from "../blocks";
import type { Context, View } from "./view";

export async function tablesView({ engine, facts, place }: Context): Promise<View> {
  const tables = await engine.records(`
    select listed.table_name, what_goes, estimated_size as row_count, comment
    from excerpt.tables as listed
    left join (from duckdb_tables() where schema_name = 'marts') using (table_name)
    order by table_name
  `);
  const columns = grouped(
    await engine.records(`
      select table_name, column_name, data_type, comment from duckdb_columns() where schema_name = 'marts' order by table_name, column_index
    `),
    (row) => row.table_name ?? "",
  );
  return {
    title: "Tables",
    content: [
      element("h1", { tabindex: -1 }, "Tables"),
      element("p", { class: "lead" }, whose(facts)),
      ...tables.map((row) => {
        const name = row.table_name ?? "";
        const isHere = columns.has(name);
        return element(
          "details",
          { class: "table", id: `table-${name}`, ...(place.tables === name ? { open: true } : {}) },
          element(
            "summary",
            {},
            element("code", {}, name),
            element("span", { class: "note" }, isHere ? `${whole(row.row_count ?? null)} rows, ${row.what_goes}` : (row.what_goes ?? "")),
          ),
          row.comment && element("p", {}, row.comment),
          isHere &&
            table(
              `Columns of ${name}`,
              [{ heading: "column" }, { heading: "type" }, { heading: "what it is" }],
              (columns.get(name) ?? []).map((column) => [element("code", {}, column.column_name), (column.data_type ?? "").toLowerCase(), column.comment ?? ""]),
            ),
          isHere && element("p", {}, element("a", { href: link({ sql: `select *\nfrom ${name}\nlimit 100` }) }, "Look at rows")),
        );
      }),
    ],
  };
}
