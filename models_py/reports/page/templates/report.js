(() => {
  "use strict";
  const page = document.documentElement;

  // charts: those in view first, then the others, until all are there to be printed
  const specs = JSON.parse(document.getElementById("specs").textContent);

  async function draw(place) {
    try {
      // expressions are interpreted, so that the page needs no leave to make code out of text
      const options = { actions: false, renderer: "svg", ast: true, mode: "vega-lite" };
      await vegaEmbed(place, specs[place.dataset.chart], options);
      // the place itself says what it shows: what is in the drawing is not read out one by one
      place.querySelector("svg").setAttribute("aria-hidden", "true");
    } catch (error) {
      console.error(place.dataset.chart, error);
      place.textContent = "This chart could not be drawn: its figures are those of the SQL below.";
      place.classList.add("failed");
    }
  }

  function distance(place) {
    const { top, bottom } = place.getBoundingClientRect();
    return Math.max(top - window.innerHeight, -bottom, 0);
  }

  async function drawAll() {
    const waiting = [...document.querySelectorAll("[data-chart]")];
    while (waiting.length) {
      const distances = waiting.map(distance);
      const [next] = waiting.splice(distances.indexOf(Math.min(...distances)), 1);
      await draw(next);
      await new Promise((go) => setTimeout(go));
    }
    page.dataset.drawn = "all";
  }

  // on paper charts are as wide as the page
  function redraw(printed) {
    page.classList.toggle("printed", printed);
    window.dispatchEvent(new Event("resize"));
  }
  window.addEventListener("beforeprint", () => redraw(true));
  window.addEventListener("afterprint", () => redraw(false));

  // the entry of the contents that the reader is at
  const contents = document.querySelector(".contents details");
  const here = contents.querySelector(".here");
  const links = new Map([...contents.querySelectorAll("a[href^='#']")].map((a) => [a.hash.slice(1), a]));
  const narrow = window.matchMedia("(max-width: 60rem)");
  const inView = new Set();

  function follow() {
    const places = [...document.querySelectorAll(".chapter, .group")].filter((place) => inView.has(place.id));
    const current = places.filter((place) => place.classList.contains("group"))[0] || places[0];
    if (!current) return;
    for (const [id, a] of links) {
      if (id === current.id) a.setAttribute("aria-current", "location");
      else a.removeAttribute("aria-current");
    }
    const link = links.get(current.id);
    for (const item of contents.querySelectorAll("li")) item.classList.toggle("near", item.contains(link));
    here.textContent = link.textContent;
    if (!narrow.matches) keepInView(link);
  }

  // within the contents alone: the page stays where the reader is
  function keepInView(link) {
    const { top, bottom } = link.getBoundingClientRect();
    const frame = contents.getBoundingClientRect();
    if (top < frame.top) contents.scrollTop += top - frame.top;
    else if (bottom > frame.bottom) contents.scrollTop += bottom - frame.bottom;
  }

  const watcher = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (entry.isIntersecting) inView.add(entry.target.id);
        else inView.delete(entry.target.id);
      }
      follow();
    },
    { rootMargin: "-15% 0px -75% 0px" }
  );
  document.querySelectorAll(".chapter, .group").forEach((place) => watcher.observe(place));
  page.classList.add("followed");

  const fold = () => { contents.open = !narrow.matches; };
  narrow.addEventListener("change", fold);
  fold();
  contents.addEventListener("click", (event) => {
    if (narrow.matches && event.target.closest("a")) contents.open = false;
  });

  // opened from a disk, some browsers keep the clipboard from a page
  async function copy(code) {
    try {
      await navigator.clipboard.writeText(code.textContent);
      return true;
    } catch {
      const chosen = window.getSelection();
      chosen.selectAllChildren(code);
      const done = document.execCommand("copy");
      if (done) chosen.removeAllRanges();
      return done;
    }
  }
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    const said = button.querySelector("span");
    said.textContent = (await copy(button.parentElement.querySelector("code"))) ? "Copied" : "Selected";
    setTimeout(() => { said.textContent = "Copy"; }, 2000);
  });

  drawAll();
})();
