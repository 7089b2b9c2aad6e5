/** A box for SQL, with its answer as a table, a chart and a file. */

import { bars, line } from "../charts";
import { csv, download } from "../csv";
import { element, named } from "../elements";
import { type Answer, type Cell, type Engine, inOneSentence, type Kind, type Row } from "../engine";
import { aligned } from "../numbers";
import { go, link } from "../place";
import { ready } from "../queries";
import { table } from "../tables";
import type { Context, View } from "./view";

const MOST_ROWS = 500;
const MOST_BARS = 30;
const MOST_POINTS = 2000;
const PATIENCE = 400;
const LEAST_LINES = 6;
const MOST_LINES = 20;

type Chart = "none" | "bars" | "line";

export async function queryView({ engine, facts, place }: Context): Promise<View> {
  const queries = ready(facts);
  const known = queries.find((query) => query.name === place.query);
  const sql = place.sql ?? known?.sql ?? queries[0]?.sql ?? "";
  const box = element("textarea", { id: "sql", rows: Math.min(MOST_LINES, Math.max(LEAST_LINES, sql.split("\n").length + 2)), spellcheck: "false", autocapitalize: "off", autocomplete: "off", "data-focus": "sql" });
  box.value = sql;
  const answer = element("div", { class: "answer", role: "region", "aria-label": "Answer", "aria-busy": "true" });
  const stop = element("button", { type: "button", hidden: true, click: () => void engine.stop() }, "Stop");

  async function run(): Promise<void> {
    const slow = setTimeout(() => (stop.hidden = false), PATIENCE);
    answer.setAttribute("aria-busy", "true");
    const wanted = box.value === sql ? place : { sql: box.value };
    const shown = await shownAnswer(engine, box.value, known?.sql === box.value ? known.chart : undefined, wanted).catch((error: unknown) =>
      [element("p", { class: "error", role: "alert" }, `The query cannot be answered: ${inOneSentence(error)}`)],
    );
    clearTimeout(slow);
    stop.hidden = true;
    if (!answer.isConnected) return;
    answer.replaceChildren(...shown);
    answer.removeAttribute("aria-busy");
  }

  function ask(): void {
    if (box.value === sql) void run();
    else go({ sql: box.value });
  }

  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      ask();
    }
  });
  return {
    title: known?.title ?? "SQL",
    begin: () => void run(),
    leave: () => void engine.stop(),
    content: [
      element("h1", { tabindex: -1 }, "SQL"),
      element(
        "div",
        { class: "workbench" },
        element(
          "details",
          { class: "queries", ...(matchMedia("(min-width: 60rem)").matches ? { open: true } : {}) },
          element("summary", {}, "Ready queries"),
          element(
            "ul",
            {},
            ...queries.map(({ name, title }) =>
              element("li", {}, element("a", { href: link({ query: name }), "data-focus": name, ...(name === place.query ? { "aria-current": "true" } : {}) }, title)),
            ),
          ),
        ),
        element(
          "div",
          { class: "editor" },
          element("label", { for: "sql" }, "Query"),
          box,
          element(
            "p",
            { class: "actions" },
            element("button", { type: "button", class: "main", click: ask }, "Run"),
            stop,
            element("span", { class: "note" }, "Ctrl and Enter run it too. The tables can only be read; ", element("a", { href: link({ tables: "all" }) }, "what they hold"), "."),
          ),
          answer,
        ),
      ),
    ],
  };
}

async function shownAnswer(engine: Engine, sql: string, proposed: Chart | undefined, place: Record<string, string>): Promise<HTMLElement[]> {
  const begun = performance.now();
  const answer = await engine.askForPerson(sql, MOST_ROWS + 1);
  const isCut = answer.rows.length > MOST_ROWS;
  const total = isCut ? await engine.count(sql) : answer.rows.length;
  const took = performance.now() - begun;
  if (!total) {
    return [element("p", { class: "count", role: "status" }, "The query gives no rows: nothing in these tables is as it asks, or the data lack it (times, tracks or tags, say).")];
  }
  const rows = answer.rows.slice(0, MOST_ROWS);
  const count = `${total.toLocaleString("en-GB")} ${total === 1 ? "row" : "rows"} in ${took < 10 ? "under 10" : Math.round(took)} ms${isCut ? `; the first ${MOST_ROWS} are shown, and the CSV has all` : ""}.`;
  const save = element("button", { type: "button", click: () => void saveAll(engine, sql, answer, isCut) }, "Download CSV");
  return [
    element("p", { class: "count" }, element("span", { role: "status" }, count), save),
    charts({ ...answer, rows }, proposed, place),
    table(
      "Answer",
      answer.headings.map((heading, i) => ({ heading: named(heading), isNumber: answer.kinds[i] === "number" })),
      shownRows(answer.kinds, rows),
    ),
  ];
}

function shownRows(kinds: Kind[], rows: Row[]): HTMLElement[][] {
  const figures = kinds.map((kind, i) => (kind === "number" ? aligned(rows.map((row) => row[i] ?? null)) : []));
  return rows.map((row, r) => row.map((cell, i) => (cell === null ? element("span", { class: "null" }, "NULL") : (figures[i]?.[r] ?? named(cell)))));
}

async function saveAll(engine: Engine, sql: string, answer: Answer, isCut: boolean): Promise<void> {
  const all = isCut ? await engine.askForPerson(sql) : answer;
  download("answer.csv", csv(all));
}

/** A chart of one column of figures over another column, if there are such; which ones is in the address. */
function charts(answer: Answer, proposed: Chart | undefined, place: Record<string, string>): HTMLElement {
  const figures = answer.headings.flatMap((_, i) => (answer.kinds[i] === "number" ? [i] : []));
  const across = answer.headings.map((_, i) => i);
  if (!figures.length || across.length < 2) return element("div", {});
  const first = answer.kinds[0] === "text" ? "bars" : "line";
  const shown = element("div", { class: "drawn" });
  const kinds: Chart[] = ["none", "bars", "line"];
  const kind = select("chart", kinds, kinds.map((each) => ({ none: "no chart", bars: "bars", line: "line" })[each]), place.chart ?? proposed ?? "none");
  const over = select("over", across.map(String), answer.headings, place.over ?? "0");
  const value = select("of", figures.map(String), figures.map((i) => answer.headings[i] ?? ""), place.of ?? String(figures.find((i) => i > 0) ?? figures[0]));

  function draw(): void {
    const [x, y] = [Number(over.field.value), Number(value.field.value)];
    over.whole.hidden = value.whole.hidden = kind.field.value === "none";
    shown.replaceChildren(...(kind.field.value === "none" ? [] : [chart(kind.field.value as Chart, answer, x, y)]));
  }

  function keep(): void {
    draw();
    history.replaceState(null, "", link({ ...place, chart: kind.field.value, over: over.field.value, of: value.field.value }));
  }

  if (!place.chart && proposed) kind.field.value = proposed;
  if (kind.field.value === "line" && first === "bars") kind.field.value = "bars";
  for (const { field } of [kind, over, value]) field.addEventListener("change", keep);
  draw();
  return element("div", { class: "chart" }, element("p", { class: "controls" }, kind.whole, value.whole, over.whole), shown);
}

function select(label: string, values: string[], names: string[], chosen: string): { field: HTMLSelectElement; whole: HTMLElement } {
  const id = `chart-${label}`;
  const field = element("select", { id }, ...values.map((value, i) => element("option", { value }, names[i])));
  field.value = values.includes(chosen) ? chosen : (values[0] ?? "");
  return { field, whole: element("span", { class: "choice" }, element("label", { for: id }, label), field) };
}

function chart(kind: Chart, { headings, kinds, rows }: Answer, x: number, y: number): HTMLElement {
  const caption = `${headings[y]} over ${headings[x]}`;
  const given = rows.filter((row) => row[y] !== null && row[x] !== null);
  const numberAcross = (cell: Cell) => (kinds[x] === "time" ? Date.parse(`${(cell ?? "").slice(0, 10)}T00:00:00Z`) : Number(cell));
  if (kind === "line") {
    const points = given.slice(0, MOST_POINTS).map((row) => ({ x: numberAcross(row[x] ?? null), y: Number(row[y]), label: row[x] ?? "" }));
    if (points.some((point) => !Number.isFinite(point.x))) return element("p", {}, `A line needs numbers or times across, which ${headings[x]} does not have.`);
    if (points.length) return line(caption, headings[x] ?? "", headings[y] ?? "", points);
  }
  const first = given.slice(0, MOST_BARS);
  const figures = aligned(first.map((row) => brief(row[y] ?? "")));
  const shown = first.map((row, i) => ({ label: named(row[x] ?? ""), values: [Number(row[y])], shown: [figures[i] ?? ""] }));
  const rest = given.length > MOST_BARS && element("p", { class: "note" }, `The first ${MOST_BARS} rows.`);
  return element("div", {}, element("p", { class: "axis" }, caption), bars(caption, shown), rest);
}

/** A figure beside a bar; the table has all its digits. */
function brief(figure: string): string {
  return figure.length > 9 ? String(Number(Number(figure).toPrecision(6))) : figure;
}
