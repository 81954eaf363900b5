// What was typed is there again after the browser's back button: it is kept with the entry of the history.

import { refill } from "./form-swap.js";

const boxes = () => document.querySelectorAll("form .f-form");

// Neither files nor secrets are kept.
function typed(box) {
  const secret = new Set([...box.querySelectorAll("input[type=password]")].map((one) => one.name));
  const own = new Set([...box.querySelectorAll("[name]")].map((one) => one.name).filter((name) => !secret.has(name)));
  return [...new FormData(box.closest("form"))].filter(([name, value]) => own.has(name) && typeof value === "string");
}

function keep() {
  const forms = Object.fromEntries([...boxes()].map((box) => [box.id, typed(box)]));
  history.replaceState({ ...history.state, forms }, "");
}

const known = history.state?.forms ?? {};
const [entry] = performance.getEntriesByType("navigation");
if (entry?.type === "back_forward") for (const box of boxes()) if (known[box.id]) refill(box, known[box.id]).catch(reportError);
addEventListener("pagehide", keep);
