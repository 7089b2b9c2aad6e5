/** The page: a field to search, a place for one view, and the address that says which. */

import { combobox } from "./combobox";
import { Engine, inOneSentence } from "./engine";
import { element } from "./elements";
import { type Facts, read } from "./facts";
import { link, type Place, place } from "./place";
import { everything } from "./search";
import { itemView } from "./views/item";
import { overview } from "./views/overview";
import { queryView } from "./views/query";
import { tablesView } from "./views/tables";
import { userView } from "./views/user";
import { type MakeView, sentence } from "./views/view";

const main = document.querySelector("main") as HTMLElement;
const NAVIGATION: [name: string, where: Place, isHere: (here: Place) => boolean][] = [
  ["Overview", {}, (here) => makerOf(here) === overview],
  ["SQL", { query: "leaderboard" }, (here) => makerOf(here) === queryView],
  ["Tables", { tables: "all" }, (here) => makerOf(here) === tablesView],
];
let shown = 0;
let subject: string | null = null;
let leave: (() => void) | undefined;

function makerOf(here: Place): MakeView {
  if (here.user !== undefined) return userView;
  if (here.item !== undefined) return itemView;
  if (here.sql !== undefined || here.query !== undefined) return queryView;
  return here.tables !== undefined ? tablesView : overview;
}

/** What a view is about: where it stays the same, so do the scroll position and what has the focus. */
function subjectOf(here: Place): string {
  return ["user", "item", "tables"].map((name) => here[name] ?? "").join("\n") + String(makerOf(here) === queryView);
}

async function show(engine: Engine, facts: Facts): Promise<void> {
  const ticket = ++shown;
  const here = place();
  leave?.();
  main.setAttribute("aria-busy", "true");
  const view = await makerOf(here)({ engine, facts, place: here }).catch((error: unknown) =>
    sentence("This cannot be shown", inOneSentence(error)),
  );
  if (ticket !== shown) return;
  const focused = (document.activeElement as HTMLElement | null)?.dataset.focus;
  leave = view.leave;
  main.replaceChildren(...view.content);
  main.removeAttribute("aria-busy");
  view.begin?.();
  document.title = `${view.title} - explorer`;
  navigate(here);
  const isNew = subject !== null && subject !== subjectOf(here);
  if (isNew) {
    scrollTo(0, 0);
    main.querySelector("h1")?.focus({ preventScroll: true });
  } else if (focused) {
    main.querySelector<HTMLElement>(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
  subject = subjectOf(here);
}

function navigate(here: Place): void {
  const links = NAVIGATION.map(([name, where, isHere]) =>
    element("a", { href: link(where), ...(isHere(here) ? { "aria-current": "page" } : {}) }, name),
  );
  document.querySelector("#views")?.replaceChildren(...links);
}

async function begin(): Promise<void> {
  // the address says where somebody is, so no link within the page may change it
  document.querySelector(".skip")?.addEventListener("click", (event) => {
    event.preventDefault();
    main.focus();
  });
  navigate(place());
  const engine = await Engine.start();
  const facts = await read(engine);
  document.querySelector("#search")?.replaceChildren(
    combobox({
      id: "find",
      label: "Find",
      hint: "a user, an artist or a track",
      propose: (typed) => everything(engine, typed),
    }),
  );
  addEventListener("hashchange", () => void show(engine, facts));
  await show(engine, facts);
}

begin().catch((error: unknown) => {
  main.replaceChildren(...sentence("The explorer cannot start", inOneSentence(error)).content);
  main.removeAttribute("aria-busy");
});
