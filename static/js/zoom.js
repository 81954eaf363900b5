// Dragging over the timeline looks at that part of it alone, until the whole run is asked for again.

import { lengthText } from "./app.js";
import { axis, draw, place, zoom } from "./run.js";

const SVG = "http://www.w3.org/2000/svg";
const FAR = 6;
// Its axis is drawn anew while the run goes on.
const journal = document.querySelector(".journal");
const button = document.getElementById("whole-run");
const line = () => document.querySelector("#axis .axis-line");

function made(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

// Where something lies on the axis, in percent.
function percent({ clientX }) {
  const { left, width } = line().getBoundingClientRect();
  return Math.min(Math.max((100 * (clientX - left)) / width, 0), 100);
}

// The time at a place of the axis: `place` the other way round.
function time(at) {
  const scale = axis();
  let [low, high] = [scale.parts[0].start, scale.parts.at(-1).end];
  for (let step = 0; step < 40; step += 1) {
    const middle = (low + high) / 2;
    if (place(scale, middle) < at) low = middle;
    else high = middle;
  }
  return low;
}

export function begin(down) {
  const from = percent(down);
  let range = null;
  const over = new AbortController();
  const move = (event) => {
    // The button was let go before this script was there.
    if (!(event.buttons & 1)) return over.abort();
    if (!range && Math.abs(event.clientX - down.clientX) < FAR) return;
    range ??= document.querySelector("#breaks svg").appendChild(made("rect", { class: "zoom-range", height: "100%" }));
    const to = percent(event);
    range.setAttribute("x", `${Math.min(from, to)}%`);
    range.setAttribute("width", `${Math.abs(to - from)}%`);
    getSelection().empty();
  };
  const up = (event) => {
    over.abort();
    if (!range) return;
    range.remove();
    // The click that ends the drag is meant for no row.
    const stop = new AbortController();
    addEventListener("click", (click) => click.stopPropagation(), { capture: true, signal: stop.signal });
    setTimeout(() => stop.abort());
    const ends = [from, percent(event)].sort((one, other) => one - other).map(time);
    if (event.type === "pointerup" && ends[1] - ends[0] > 0.01) show(...ends);
  };
  for (const type of ["pointerup", "pointercancel"]) addEventListener(type, up, { signal: over.signal });
  addEventListener("pointermove", move, { signal: over.signal });
}

function show(from, to) {
  Object.assign(zoom, { from, to, label });
  button.hidden = false;
  draw();
}

button.addEventListener("click", () => {
  Object.assign(zoom, { from: 0, to: Number.POSITIVE_INFINITY, label: null });
  button.hidden = true;
  for (const text of document.querySelectorAll("#axis text[data-zoom]")) text.remove();
  journal.removeAttribute("data-zoomed");
  draw();
});

// The ends, and round times between them as far as there is room.
function label(scale) {
  const svg = line();
  for (const text of svg.querySelectorAll("text[data-zoom]")) text.remove();
  journal.dataset.zoomed = "";
  const put = (at, words, anchor, more) => {
    const text = svg.appendChild(made("text", { x: `${at.toFixed(2)}%`, y: svg.getAttribute("height") - 7, "text-anchor": anchor, "data-zoom": "", ...more }));
    text.textContent = words;
    return text.getBBox();
  };
  const first = put(0, lengthText(zoom.from / 1000), "start");
  const last = put(100, lengthText(zoom.to / 1000), "end");
  let free = first.x + first.width + 12;
  for (const at of rounds(zoom.from, zoom.to)) {
    const middle = (place(scale, at) * svg.clientWidth) / 100;
    if (middle - 24 < free || middle + 24 > last.x - 12) continue;
    const box = put(place(scale, at), lengthText(at / 1000), "middle");
    free = box.x + box.width + 12;
  }
  folds(scale, svg, put);
}

// How long each folded wait is, above it; one that would touch its neighbour is not told.
function folds({ parts, ...scale }, svg, put) {
  let free = 0;
  for (const { start, end, broken } of parts) {
    if (!broken) continue;
    const at = place({ parts, ...scale }, (start + end) / 2);
    const words = `⁄⁄ ${lengthText((end - start) / 1000)}`;
    const [middle, half] = [(at * svg.clientWidth) / 100, words.length * 3.5];
    const anchor = middle < half ? "start" : middle + half > svg.clientWidth ? "end" : "middle";
    if (middle - half < free) continue;
    put(at, words, anchor, { y: 12, "data-kind": "break" });
    free = middle + half + 8;
  }
}

function* rounds(from, to) {
  const unit = 10 ** Math.floor(Math.log10((to - from) / 3));
  const step = [1, 2, 5, 10].map((factor) => factor * unit).find((length) => (to - from) / length <= 5);
  for (let at = Math.ceil(from / step) * step; at < to; at += step) yield at;
}
