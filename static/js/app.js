// What every page has: times that keep current, the theme, keyboard shortcuts, the palette on demand.

const UNITS = [["d", 86400], ["h", 3600], ["min", 60]];

export function lengthText(seconds) {
  if (seconds < 0.9995) return `${Math.round(Math.max(seconds, 0) * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const at = UNITS.findIndex(([, size]) => whole >= size);
  const [unit, size] = UNITS[at];
  const [small, part] = UNITS[at + 1] ?? ["s", 1];
  const rest = Math.floor((whole % size) / part);
  return `${Math.floor(whole / size)} ${unit}${rest ? ` ${rest} ${small}` : ""}`;
}

// The server's clock may differ from the browser's; a run's page tells it.
const told = document.getElementById("axis")?.dataset.now;
export const skew = told ? Number(told) - Date.now() : 0;
export const now = () => Date.now() + skew;

function agoText(seconds) {
  if (seconds < 5) return "just now";
  const [unit, size] = [...UNITS, ["s", 1]].find(([, length]) => seconds >= length);
  return `${Math.round(seconds / size)} ${unit} ago`;
}

// The exact time in the zone of whoever reads.
const exact = (time) => new Date(time.dateTime).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });

function own(time) {
  const at = new Date(time.dateTime);
  time.textContent = `${at.toTimeString().slice(0, 8)}.${String(at.getMilliseconds()).padStart(3, "0")}`;
  time.title = exact(time);
  time.removeAttribute("data-clock");
}

function keepTimes() {
  const at = now();
  for (const time of document.querySelectorAll('time[title$=" UTC"]')) time.title = exact(time);
  for (const time of document.querySelectorAll("time[data-clock]")) own(time);
  for (const time of document.querySelectorAll("time[data-since]")) time.textContent = lengthText((at - time.dataset.since) / 1000);
  for (const time of document.querySelectorAll("time[data-ago]")) time.textContent = agoText((at - time.dataset.ago) / 1000);
  for (const time of document.querySelectorAll("time[data-due]")) {
    const left = (time.dataset.due - at) / 1000;
    time.textContent = left > 0 ? `in ${lengthText(left < 60 ? Math.ceil(left) : left)}`.replace(".0 s", " s") : "now";
  }
}

setInterval(() => document.hidden || keepTimes(), 500);
document.addEventListener("visibilitychange", () => document.hidden || keepTimes());

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.theme")) return;
  event.preventDefault();
  setTheme(event.submitter?.value ?? "");
});

export function setTheme(theme) {
  document.cookie = `stepyard_theme=${theme}; path=/; samesite=strict; max-age=31536000`;
  document.documentElement.dataset.theme = theme;
  for (const button of document.querySelectorAll("form.theme [name=theme]")) button.ariaPressed = String(button.value === theme);
}

// The fields of a form are left alone: nothing typed may start an action.
const typing = (element) => element?.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
export const seen = (selector) => [...document.querySelectorAll(selector)].find((one) => one.checkVisibility() && !one.disabled);
const FOCUS = {
  "/": () => seen("input[type=search]"),
  f: () => seen(":is(.step-form, .start-form) :is(.f-input, .f-field input:not([type=hidden]))"),
  s: () => document.getElementById("saved-name"),
  j: () => toggle(1),
  k: () => toggle(-1),
};
let waitsForGo = false;

function toggle(way) {
  const toggles = [...document.querySelectorAll("#rows a.row-toggle, #entries a.entry, .cell-run > a:first-child")];
  const focused = toggles.indexOf(document.activeElement);
  const at = focused < 0 ? toggles.findIndex((one) => one.ariaCurrent === "true" || one.closest("[data-selected]")) : focused;
  return toggles.at(way > 0 ? (at + 1) % toggles.length : Math.max(at, 0) - 1);
}

// One promise for all keys: those that come while it loads are pressed in their order.
let loading = null;
const keys = () => (loading ??= import("./keys.js"));

// What is typed while the palette is on its way belongs to it.
let early = null;

export async function open(name) {
  early = [];
  try {
    const { show } = await import("./palette.js");
    show(name, early);
  } finally {
    early = null;
  }
}

document.addEventListener("keydown", (event) => {
  const held = event.ctrlKey || event.metaKey || event.altKey;
  if (held && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    if (!early && !document.querySelector("dialog[open]")) open("palette");
  } else if ([" ", "Enter"].includes(event.key) && event.target.matches?.(".graph [role]")) {
    event.preventDefault();
    event.target.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  } else if (!held && event.target.closest?.(".graph-view") && ["+", "-", "0", "1"].includes(event.key)) {
    event.preventDefault();
    graph().then(({ press }) => press(event.target.closest(".run-graph"), event.key));
  } else if (event.ctrlKey && event.key === "Enter") {
    keys().then(({ send }) => send(event.target));
  } else if (early && !held) {
    event.preventDefault();
    early.push(event.key);
  } else if (event.key === "Enter") {
    // Enter would press the first button of the form, which runs the workflow.
    const own = document.getElementById(event.target.dataset?.enter ?? "");
    if (own) event.preventDefault();
    own?.click();
  } else if (!held && !typing(event.target) && !document.querySelector("dialog[open]")) {
    // What moves the focus does so at once: the next key is meant for what has it then.
    const focused = waitsForGo ? null : FOCUS[event.key]?.();
    waitsForGo = event.key === "g";
    if (focused) event.preventDefault();
    focused?.focus();
    if (!focused) keys().then(({ press }) => press(event));
  }
});

for (const button of document.querySelectorAll("[data-open]")) {
  button.hidden = false;
  button.addEventListener("click", () => open(button.dataset.open));
}

// A list that was narrowed in place has an address of its own, to reload and to send.
document.addEventListener("htmx:after:swap", () => {
  keepTimes();
  const list = document.querySelector("#list[data-url]");
  if (list && list.dataset.url !== location.pathname + location.search) history.replaceState(history.state, "", list.dataset.url);
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-copy]");
  if (button) keys().then(({ copy }) => copy(button));
  target.closest("[data-dismiss]")?.parentElement.remove();
});

// What is no longer offered has no key, either.
document.addEventListener("animationend", ({ target, animationName }) => animationName === "leave" && target.remove());

// The dots beside the nodes of a graph; what is set is kept, and sent with what starts a run or lets it go on.
const stops = document.querySelector("[data-workflow]:has(.run-graph)");
const dots = () => import("./stops.js");
if (stops && localStorage.getItem(`stops:${stops.dataset.workflow}`)) dots();
document.addEventListener("click", ({ target }) => {
  const dot = target.closest("[data-stop]");
  if (dot) dots().then(({ toggle: set }) => set(dot));
});

// How a graph is looked at is loaded when somebody comes to it.
const graph = () => import("./graph-view.js");
for (const type of ["pointerenter", "focusin"]) document.querySelector(".run-graph")?.addEventListener(type, graph, { once: true });
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-graph]");
  if (button) graph().then(({ press }) => press(button.closest(".run-graph"), button.dataset.graph, button));
});

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-all]")) for (const one of target.form.elements) if (one.name === target.dataset.all) one.checked = target.checked;
});
