/** DuckDB in this browser, on the one file that belongs to the page: it reads nothing else and writes nothing. */

import { AsyncDuckDB, type AsyncDuckDBConnection, DuckDBAccessMode, VoidLogger } from "@duckdb/duckdb-wasm";
import { bytes, startWorker } from "./parts";

const FILE = "tables.duckdb";
const NUMBERS = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL)/;
const TIMES = /^(DATE|TIME)/;
const ROWS_WANTED = "A query has to be one statement that gives rows, such as select, from or describe";
/** Run once, in this order: nothing can be changed after the last one. */
const SETTINGS = [
  "set search_path = 'marts'",
  "set autoinstall_known_extensions = false",
  "set autoload_known_extensions = false",
  "set enable_external_access = false",
  "set lock_configuration = true",
];

export type Kind = "number" | "time" | "text";
export type Cell = string | null;
export type Row = Cell[];

/** What a query gives, each value as text in DuckDB's own form, so that no number loses digits on its way. */
export interface Answer {
  headings: string[];
  kinds: Kind[];
  rows: Row[];
}

export class Engine {
  private running: Promise<unknown> | null = null;

  private constructor(
    private readonly connection: AsyncDuckDBConnection,
    private readonly connectionOfPeople: AsyncDuckDBConnection,
  ) {}

  static async start(): Promise<Engine> {
    const { worker, engine } = await startWorker();
    const file = bytes(FILE);
    const database = new AsyncDuckDB(new VoidLogger(), worker);
    await database.instantiate(engine);
    await database.registerFileBuffer(FILE, await file);
    await database.open({ path: FILE, accessMode: DuckDBAccessMode.READ_ONLY });
    const connection = await database.connect();
    for (const setting of SETTINGS) await connection.query(setting);
    const other = await database.connect();
    await other.query("use tables.marts");
    return new Engine(connection, other);
  }

  /** Answer a query of the page's own. */
  async ask(sql: string): Promise<Answer> {
    return answer((text) => this.connection.query(text), sql);
  }

  /** Answer a query of the page's own, each row as an object. */
  async records(sql: string): Promise<Record<string, Cell>[]> {
    const { headings, rows } = await this.ask(sql);
    return rows.map((row) => Object.fromEntries(headings.map((heading, i) => [heading, row[i] ?? null])));
  }

  /** Answer somebody's own query, with at most so many rows; the one before it ends, if it still runs. */
  async askForPerson(sql: string, most?: number): Promise<Answer> {
    await this.stop();
    return this.run(async () => {
      // what is wrong with it is said best of the query as it was written
      await (await this.connectionOfPeople.prepare(inner(sql))).close();
      return answer((text) => this.send(text), sql, most).catch((error: unknown) => {
        throw isMisread(error) ? new Error(ROWS_WANTED) : error;
      });
    });
  }

  /** Count the rows of somebody's own query. */
  async count(sql: string): Promise<number> {
    await this.stop();
    const { rows } = await this.run(() => answer((text) => this.send(text), `select count(*) from (${inner(sql)}\n)`));
    return Number(rows[0]?.[0]);
  }

  /** End somebody's own query, if one runs. */
  async stop(): Promise<void> {
    if (!this.running) return;
    await this.connectionOfPeople.cancelSent();
    await this.running.catch(() => null);
  }

  private run<T>(ask: () => Promise<T>): Promise<T> {
    const asked = ask().finally(() => {
      if (this.running === asked) this.running = null;
    });
    this.running = asked;
    return asked;
  }

  private async send(sql: string): Promise<Batches> {
    const reader = await this.connectionOfPeople.send(sql, true);
    const batches = [];
    for await (const batch of reader) batches.push(batch);
    return { batches };
  }
}

interface Column {
  get(row: number): unknown;
}

interface Batches {
  batches: { numRows: number; numCols: number; getChildAt(column: number): Column | null }[];
}

async function answer(run: (sql: string) => Promise<Batches>, sql: string, most?: number): Promise<Answer> {
  const query = inner(sql);
  const limit = most === undefined ? "" : ` limit ${most}`;
  // before its columns are asked for, because what is wrong with it is said best here
  const rows = rowsOf(await run(`select cast(columns(*) as varchar) from (${query}\n)${limit}`));
  const described = rowsOf(await run(`select column_name, column_type from (describe ${query}\n)`));
  return {
    headings: described.map(([name]) => name ?? ""),
    kinds: described.map(([, type]) => kindOf(type ?? "")),
    rows,
  };
}

function kindOf(type: string): Kind {
  if (type.endsWith("]")) return "text";
  return NUMBERS.test(type) ? "number" : TIMES.test(type) ? "time" : "text";
}

/** What separates statements, and what may hold a semicolon that does not: texts, names and comments. */
const PIECES = /'[^']*'|"[^"]*"|--[^\n]*|\/\*[\s\S]*?\*\/|;|[^'"\-/;]+|[\s\S]/g;

/** One statement as it can stand between brackets: without the semicolon at its end, and what follows that. */
function inner(sql: string): string {
  const pieces = sql.match(PIECES) ?? [];
  const last = pieces.findLastIndex((piece) => !/^(;|--[\s\S]*|\/\*[\s\S]*|\s+)$/.test(piece));
  return pieces.slice(0, last + 1).join("");
}

function rowsOf({ batches }: Batches): Row[] {
  const rows: Row[] = [];
  for (const batch of batches) {
    const columns = Array.from({ length: batch.numCols }, (_, i) => batch.getChildAt(i));
    for (let row = 0; row < batch.numRows; row++) {
      rows.push(columns.map((column) => (column?.get(row) as Cell | undefined) ?? null));
    }
  }
  return rows;
}

/** Say what is wrong with a query in one sentence, without the copy of it that follows. */
export function inOneSentence(error: unknown): string {
  const message = messageOf(error instanceof Error ? error.message : String(error));
  const text = (message.split("\n\nLINE ")[0] ?? "").replace(/\s+/g, " ").replace(/[.!\s]+$/, "");
  return text.endsWith("?") ? text : `${text}.`;
}

/** Whether a statement does not stand between brackets, because it gives no rows. */
function isMisread(error: unknown): boolean {
  return error instanceof Error && /Parser Error|"exception_type":"Parser"/.test(error.message);
}

/** What the engine says, which is JSON where a query was sent and not awaited. */
function messageOf(said: string): string {
  try {
    return String(JSON.parse(said).exception_message);
  } catch {
    return said;
  }
}
