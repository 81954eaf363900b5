// What each key does where nothing is typed; loaded with the first one.

import { open, setTheme } from "./app.js";

const GO = { w: "/workflows/", r: "/runs/", i: "/inbox/", d: "/doctor/" };
const THEMES = ["", "light", "dark"];
let waitsForGo = false;

const seen = (selector) => [...document.querySelectorAll(selector)].find((one) => one.checkVisibility() && !one.disabled);

const KEYS = {
  "?": () => open("shortcuts"),
  "/": () => seen("input[type=search]")?.focus(),
  f: () => seen(":is(.step-form, .start-form) :is(.f-input, .f-field input:not([type=hidden]))")?.focus(),
  s: () => document.getElementById("saved-name")?.focus(),
  x: () => seen(".f-example")?.click(),
  t: () => setTheme(THEMES[(THEMES.indexOf(document.documentElement.dataset.theme ?? "") + 1) % THEMES.length]),
  j: () => walk(1),
  k: () => walk(-1),
  F: () => (document.activeElement.closest(".row") ?? document).querySelector(".row-body:not([hidden]) a[data-fork]")?.click(),
};

function walk(way) {
  const toggles = [...document.querySelectorAll("#rows a.row-toggle")];
  const at = toggles.indexOf(document.activeElement);
  toggles.at(way > 0 ? (at + 1) % toggles.length : Math.max(at, 0) - 1)?.focus();
}

export function press({ key }) {
  const going = waitsForGo && GO[key];
  waitsForGo = key === "g";
  if (going) return location.assign(going);
  if (Object.hasOwn(KEYS, key)) return KEYS[key]();
  seen(`[data-key="${CSS.escape(key)}"]`)?.click();
}

// From anywhere on the page, when it is clear which form is meant.
export function send(target) {
  const forms = [...document.querySelectorAll(".start-form, .step-form")].filter((form) => form.checkVisibility());
  const form = target.closest?.("form") ?? (forms.length === 1 ? forms[0] : null);
  form?.requestSubmit(form.querySelector("button[type=submit][data-kind=primary]"));
}
