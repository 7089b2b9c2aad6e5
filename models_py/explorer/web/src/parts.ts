/** The engine and the tables: inside the page where it is one file, beside it where it is served from a folder. */

const WORKER = "duckdb-browser-eh.worker.js";
const ENGINE = "duckdb-eh.wasm";
/** What stands for the engine's address in a page that holds it; nothing is ever fetched from it. */
const INSIDE = "data:,engine";
/**
 * Before the worker's own code, in a page from a disk: there a worker may fetch nothing, not even from its own page, so
 * the page sends it the engine, and this gives it to the worker when that is fetched.
 */
const GIVE_ENGINE = `
  const engine = new Promise((resolve) => {
    addEventListener("message", function first(event) {
      event.stopImmediatePropagation();
      removeEventListener("message", first);
      resolve(event.data);
    });
  });
  const others = self.fetch;
  self.fetch = async (asked) => {
    if ((asked.url ?? asked) !== "${INSIDE}") return others(asked);
    const unpacked = new Blob([await engine]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(unpacked, { headers: { "content-type": "application/wasm" } });
  };
`;

export async function bytes(name: string): Promise<Uint8Array> {
  const packed = embedded(name);
  if (packed) return new Uint8Array(await unpacked(packed).arrayBuffer());
  const response = await fetch(name);
  if (!response.ok) throw new Error(`${name} cannot be read (${response.status}): start the explorer again.`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Start the engine's worker, and say where it finds the engine. */
export async function startWorker(): Promise<{ worker: Worker; engine: string }> {
  const code = embedded(WORKER);
  const engine = embedded(ENGINE);
  if (!code || !engine) return { worker: new Worker(WORKER), engine: new URL(ENGINE, document.baseURI).href };
  const whole = new Blob([GIVE_ENGINE, await unpacked(code).blob()], { type: "text/javascript" });
  const worker = new Worker(URL.createObjectURL(whole));
  worker.postMessage(engine, [engine.buffer]);
  return { worker, engine: INSIDE };
}

function unpacked(packed: Uint8Array<ArrayBuffer>): Response {
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")));
}

/** A part that is inside the page, as gzip in base64; it is taken out, because it is needed once. */
function embedded(name: string): Uint8Array<ArrayBuffer> | null {
  const element = document.querySelector(`script[data-part="${name}"]`);
  if (!element) return null;
  const text = atob((element.textContent ?? "").trim());
  element.remove();
  const found = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) found[i] = text.charCodeAt(i);
  return found;
}
