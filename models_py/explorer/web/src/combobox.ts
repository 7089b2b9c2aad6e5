/** A field that proposes what to choose while somebody types, by the ARIA pattern of a combobox with a list. */

import { element } from "./elements";

const PAUSE = 60;

export interface Proposal {
  label: string;
  note: string;
  kind: string;
  chosen: () => void;
}

export interface Wishes {
  id: string;
  label: string;
  hint: string;
  /** What to propose for what is typed; for nothing too. */
  propose: (typed: string) => Promise<Proposal[]>;
}

export function combobox({ id, label, hint, propose }: Wishes): HTMLElement {
  const input = element("input", {
    id,
    type: "text",
    role: "combobox",
    placeholder: hint,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": `${id}-list`,
  });
  const list = element("ul", { id: `${id}-list`, role: "listbox", "aria-label": label, hidden: true });
  const said = element("p", { class: "unseen", role: "status" });
  let proposals: Proposal[] = [];
  let active = -1;
  let asked = 0;
  let answered: string | null = null;
  let timer = 0;

  function show(open: boolean): void {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) activate(-1);
  }

  function activate(index: number): void {
    active = index;
    for (const [i, option] of [...list.children].entries()) {
      option.setAttribute("aria-selected", String(i === index));
      if (i === index) option.scrollIntoView({ block: "nearest" });
    }
    if (index < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `${id}-${index}`);
  }

  /** Choose what is marked, or the first of what fits what is typed by now. */
  async function enter(): Promise<void> {
    clearTimeout(timer);
    if (answered !== input.value.trim() || list.hidden) await renew();
    choose(Math.max(active, 0));
  }

  function choose(index: number): void {
    const chosen = proposals[index];
    if (!chosen) return;
    input.value = "";
    show(false);
    chosen.chosen();
  }

  async function renew(): Promise<void> {
    const ticket = ++asked;
    const typed = input.value.trim();
    const found = await propose(typed);
    if (ticket !== asked || document.activeElement !== input) return;
    proposals = found;
    answered = typed;
    list.replaceChildren(
      ...found.map((proposal, i) =>
        element(
          "li",
          { id: `${id}-${i}`, role: "option", "aria-selected": "false", mousedown: (event) => event.preventDefault(), click: () => choose(i) },
          element("bdi", { class: "label" }, proposal.label),
          element("span", { class: "note" }, proposal.note),
          element("span", { class: "kind" }, proposal.kind),
        ),
      ),
    );
    if (!found.length) list.append(element("li", { class: "none", role: "option", "aria-disabled": "true" }, "Nothing has that name."));
    said.textContent = found.length === 1 ? "1 proposal" : `${found.length} proposals`;
    show(true);
  }

  function pressed(event: KeyboardEvent): void {
    const last = proposals.length - 1;
    const steps: Record<string, number> = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: last };
    if (event.key === "Escape") {
      if (list.hidden) input.value = "";
      show(false);
    } else if (event.key === "Enter") {
      event.preventDefault();
      void enter();
    } else if (list.hidden && event.key === "ArrowDown") {
      event.preventDefault();
      void renew();
    } else if (!list.hidden && event.key in steps && last >= 0 && (active >= 0 || event.key.startsWith("Arrow"))) {
      event.preventDefault();
      const step = steps[event.key] ?? 0;
      activate(step > last ? 0 : step < 0 ? last : step);
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void renew(), PAUSE);
  });
  input.addEventListener("focus", () => void renew());
  input.addEventListener("keydown", pressed);
  input.addEventListener("blur", () => {
    clearTimeout(timer);
    asked++;
    show(false);
  });
  return element("div", { class: "combobox" }, element("label", { for: id }, label), input, list, said);
}
