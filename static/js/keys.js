// What each key does where nothing is typed; loaded with the first one.

import { open, seen, setTheme } from "./app.js";

const GO = { w: "/workflows/", r: "/runs/", i: "/inbox/", s: "/schedules/", d: "/doctor/" };
const THEMES = ["", "light", "dark"];
let waitsForGo = false;

const KEYS = {
  "?": () => open("shortcuts"),
  x: () => seen(".f-example")?.click(),
  t: () => setTheme(THEMES[(THEMES.indexOf(document.documentElement.dataset.theme ?? "") + 1) % THEMES.length]),
  F: () => (document.activeElement.closest(".row") ?? document).querySelector(".row-body:not([hidden]) a[data-fork]")?.click(),
};

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
  // A form of several equal buttons has none that is meant.
  const button = form && [...form.elements].find((one) => one.matches("button[type=submit][data-kind=primary]"));
  if (button) form.requestSubmit(button);
}

export async function copy(button) {
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
  button.lastChild.textContent = "Copied";
}
