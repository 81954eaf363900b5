// A run's page: what of its rows is open stays so, and the bars of what still runs grow.

import { lengthText, now } from "./app.js";

const BREAK = 6;
const rows = document.getElementById("rows");
export const bodyOf = (row) => row?.querySelector(":scope > .row-body");
export const rowOf = (key) => document.getElementById(`row-${key}`);
let tell = () => {};
export const told = () => tell();

export async function load(row) {
  const body = bodyOf(row);
  const { bodies } = rows.dataset;
  const url = `${bodies}${bodies.includes("?") ? "&" : "?"}key=${encodeURIComponent(row.dataset.key)}`;
  await window.htmx.ajax("GET", url, { source: body, target: body, swap: "innerHTML" });
}

export function mark(row) {
  const toggle = row.querySelector("a.row-toggle");
  if (toggle) toggle.ariaExpanded = String(!bodyOf(row).hidden);
}

// What this reader has selected and folded; the server's rows do not know it.
const kept = `folded:${document.querySelector("[data-run-id]")?.dataset.runId}`;
export const mine = {
  row: rows?.querySelector(".row[data-selected]")?.dataset.key ?? "",
  folded: new Set(JSON.parse(sessionStorage.getItem(kept) ?? "[]")),
};

export function apply() {
  let depth = Infinity;
  for (const row of rows.children) {
    const own = Number(row.dataset.depth);
    row.hidden = own > depth;
    if (row.hidden) continue;
    const folded = mine.folded.has(row.dataset.key);
    depth = folded ? own : Infinity;
    row.toggleAttribute("data-selected", row.dataset.key === mine.row);
    const fold = row.querySelector("[data-fold]");
    if (fold) fold.ariaExpanded = String(!folded);
  }
  sessionStorage.setItem(kept, JSON.stringify([...mine.folded]));
}

// Rows that stay may change places: what fails comes to the top of its list. Focus and what is typed move along.
export function arrange(order) {
  let at = rows.firstElementChild;
  for (const row of order.map(rowOf)) {
    if (row === at) at = at.nextElementSibling;
    else if (row) (rows.moveBefore ?? rows.insertBefore).call(rows, row, at);
  }
}

export const onheld = (teller) => (tell = teller);

export function held() {
  const open = [...rows.querySelectorAll(":scope > .row > .row-body:not([hidden])")];
  return { open: open.map((body) => body.parentElement.dataset.key) };
}

// What is being written in a row that changes, to be found again after the swap.
export function writing({ changed = [] }) {
  const found = changed.map((key) => [key, bodyOf(rowOf(key))]);
  return new Map(found.map(([key, body]) => [key, {
    draft: body?.querySelector(":scope > .draft"),
    form: body?.querySelector("form[data-typed]:not([data-sent])"),
  }]));
}

// How rows are selected and folded is loaded when somebody does.
const act = (name, ...given) => import("./select.js").then((module) => module[name](...given));
document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const { target } = event;
  const lead = target.closest("[data-row], .graph a[href^='#row-']");
  const row = lead ? rowOf(lead.dataset.row ?? lead.getAttribute("href").slice(5)) : target.closest("#rows .row-head")?.parentElement;
  const link = target.closest("a, button, input, summary");
  const panel = target.closest("[data-panel]");
  if (panel) act("step", panel.dataset.panel);
  else if (target.closest("[data-fold]")) act("fold", row);
  else if (lead && row) act("lead", row);
  else if (!lead && row && (!link || link.matches("a.row-toggle")) && !String(getSelection()) && bodyOf(row)) act("select", row);
  else return;
  event.preventDefault();
});
rows?.addEventListener("focusin", ({ target }) => {
  if (mine.row && target.matches("a.row-toggle:focus-visible")) act("choose", target.closest(".row"));
});
rows?.addEventListener("pointerover", ({ target }) => target.matches(".bar") && act("tell", target));
document.querySelector(".journal")?.addEventListener("pointerdown", (event) => {
  if (event.button === 0 && event.target.closest(".axis-line, .bars")) import("./zoom.js").then(({ begin }) => begin(event));
});
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && mine.row && !document.querySelector("dialog[open], :popover-open")) act("step", "close");
});
if (rows && mine.folded.size) apply();
const running = document.querySelector(".run-graph .graph-view:has([data-status=running])");
if (running) import("./graph.js").then(({ follow }) => follow(running));

export async function refresh({ changed = [], opened = [], bodies = [] }, writing) {
  for (const key of changed) {
    const row = rowOf(key);
    const body = bodyOf(row);
    const { draft, form } = writing.get(key);
    if (body?.childElementCount && !bodies.includes(key)) {
      // Opened after the page had last said what is open. What is closed is loaded when it is opened again.
      if (body.hidden && !form && !draft) body.replaceChildren();
      else await load(row);
    }
    // What was being written when somebody else answered is not thrown away.
    const left = form && !form.isConnected ? (await import("./draft.js")).draft(form) : draft;
    if (left) body.prepend(left);
    if (body && opened.includes(key)) body.hidden = false;
    if (body) mark(row);
  }
  apply();
}

// The part of the run that is looked at, in milliseconds since its origin, and who labels the axis then.
export const zoom = { from: 0, to: Number.POSITIVE_INFINITY, label: null };

// The same arithmetic as the server's: busy stretches to scale, broken waits of a fixed width.
export function axis() {
  const { stretches, origin, live } = document.getElementById("axis").dataset;
  const whole = JSON.parse(stretches).map(([start, end, broken]) => ({ start, end, broken }));
  const last = whole.at(-1);
  const grows = live !== undefined && last && !last.broken && rows.querySelector('.bar[data-kind="run"]:not([data-to])');
  if (grows) last.end = Math.max(last.end, now() - origin);
  const cut = whole.map(({ start, end, broken }) => ({ start: Math.max(start, zoom.from), end: Math.min(end, zoom.to), broken }));
  const parts = zoom.label ? cut.filter(({ start, end }) => end > start) : whole;
  const busy = parts.reduce((sum, part) => sum + (part.broken ? 0 : part.end - part.start), 0);
  const scale = busy ? (100 - BREAK * parts.filter((part) => part.broken).length) / busy : 0;
  return { parts, scale, grows, end: last ? last.end : 0 };
}

export function place({ parts, scale }, at) {
  let left = 0;
  for (const part of parts) {
    const width = part.broken ? BREAK : (part.end - part.start) * scale;
    if (at <= part.end) return left + (width * (Math.max(at, part.start) - part.start)) / (part.end - part.start || 1);
    left += width;
  }
  return 100;
}

export function draw() {
  const scale = axis();
  for (const bar of document.querySelectorAll("#rows .bar, #breaks rect[data-from]")) {
    const from = Number(bar.dataset.from);
    const to = bar.dataset.to === undefined ? scale.end : Number(bar.dataset.to);
    const left = place(scale, from);
    const right = place(scale, to);
    bar.toggleAttribute("data-outside", to < zoom.from || from > zoom.to);
    const width = Math.max(right - left, 0.6);
    bar.setAttribute("x", `${Math.min(left, 100 - width).toFixed(2)}%`);
    bar.setAttribute("width", `${width.toFixed(2)}%`);
  }
  if (zoom.label) zoom.label(scale);
  else if (scale.grows) label(scale);
  return scale.grows;
}

// The labels move with the axis; one that would touch its neighbour is not shown.
function label(scale) {
  let free = 8;
  for (const text of document.querySelectorAll("#axis text[data-at]")) {
    const at = place(scale, Number(text.dataset.at));
    text.setAttribute("x", `${at.toFixed(2)}%`);
    text.toggleAttribute("hidden", at < free || at > 76);
    if (!text.hasAttribute("hidden")) free = at + 22;
  }
  const last = document.querySelector("#axis text[data-end]");
  if (last) last.textContent = lengthText(scale.end / 1000);
}

if (rows && document.querySelector("#axis[data-live]")) setInterval(() => document.hidden || draw(), 200);
