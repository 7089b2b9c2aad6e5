/** Two kinds of chart: bars, one a row, and a line over numbers or times. Labels are text, so they wrap, and can be read aloud. */

import { type Child, drawn, element } from "./elements";

const HEIGHT = 240;
const LEFT = 56;
const RIGHT = 16;
const TOP = 12;
const BOTTOM = 32;
const TICKS = 4;

export interface Bar {
  label: Child;
  /** One value, or one for each of two that are compared. */
  values: number[];
  shown: Child[];
}

export function bars(caption: string, given: Bar[]): HTMLElement {
  const values = given.flatMap((bar) => bar.values);
  const most = Math.max(0, ...values);
  const least = Math.min(0, ...values);
  const span = most - least || 1;
  const rows = given.map(({ label, values, shown }) => {
    const lanes = values.map((value, i) => {
      const lane = element("span", { class: `bar of-${i}` });
      lane.style.setProperty("--from", String((Math.min(value, 0) - least) / span));
      lane.style.setProperty("--share", String(Math.abs(value) / span));
      return lane;
    });
    const figures = shown.map((figure) => element("span", { class: "figure" }, figure));
    return element(
      "li",
      {},
      element("span", { class: "label" }, label),
      element("span", { class: "lanes", "aria-hidden": "true" }, ...lanes),
      element("span", { class: "figures" }, ...figures),
    );
  });
  return element("ol", { class: "bars", "aria-label": caption }, ...rows);
}

export interface Point {
  x: number;
  y: number;
  label: string;
}

/** A line through points in order of x, drawn anew when its place changes its width. */
export function line(caption: string, xName: string, yName: string, given: Point[]): HTMLElement {
  const points = [...given].sort((a, b) => a.x - b.x);
  const place = element("div", { class: "line", role: "img", "aria-label": caption });
  const heading = element("p", { class: "axis", "aria-hidden": "true" }, yName);
  const foot = element("p", { class: "axis below", "aria-hidden": "true" }, xName);
  new ResizeObserver(() => {
    const width = Math.round(place.clientWidth);
    if (width && place.dataset.width !== String(width)) {
      place.dataset.width = String(width);
      place.replaceChildren(drawLine(points, width));
    }
  }).observe(place);
  return element("figure", {}, heading, place, foot);
}

function drawLine(points: Point[], width: number): SVGElement {
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const ticks = steps(Math.min(0, ...ys), Math.max(0, ...ys));
  const [bottom, top] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
  const across = (x: number) => LEFT + ((x - left) / (right - left || 1)) * (width - LEFT - RIGHT);
  const up = (y: number) => HEIGHT - BOTTOM - ((y - bottom) / (top - bottom || 1)) * (HEIGHT - TOP - BOTTOM);
  const grid = ticks.flatMap((tick) => [
    drawn("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: up(tick), y2: up(tick) }),
    drawn("text", { x: LEFT - 8, y: up(tick) + 4, "text-anchor": "end" }, tick.toLocaleString("en-GB", { maximumFractionDigits: 6 })),
  ]);
  const wide = Math.max(...points.map((point) => point.label.length)) * 7 + 24;
  const every = Math.max(1, Math.ceil(points.length / Math.max(1, Math.floor((width - LEFT - RIGHT) / wide))));
  const below = points
    .filter((_, i) => i % every === 0)
    .map((point) => drawn("text", { x: across(point.x), y: HEIGHT - 12, "text-anchor": anchor(across(point.x), width) }, point.label));
  const path = points.map((point, i) => `${i ? "L" : "M"}${across(point.x).toFixed(1)} ${up(point.y).toFixed(1)}`).join("");
  const dots =
    points.length > 60
      ? []
      : points.map((point) =>
          drawn("circle", { cx: across(point.x), cy: up(point.y), r: 3 }, drawn("title", {}, `${point.label}: ${point.y}`)),
        );
  return drawn("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT }, ...grid, ...below, drawn("path", { d: path }), ...dots);
}

function anchor(x: number, width: number): string {
  return x < LEFT + 20 ? "start" : x > width - RIGHT - 20 ? "end" : "middle";
}

/** Round numbers from below the least to above the most. */
function steps(least: number, most: number): number[] {
  const raw = (most - least || 1) / TICKS;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = size * ([1, 2, 5, 10].find((factor) => factor * size >= raw) ?? 10);
  const first = Math.floor(least / step);
  const last = Math.ceil(most / step) || 1;
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}
