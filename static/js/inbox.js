// The inbox: what somebody was writing stays when its card goes, because somebody else was faster.

import { draft } from "./draft.js";

const written = new Set();
const drafts = document.getElementById("drafts");

document.addEventListener("input", ({ target }) => {
  const form = target.closest(".step-form");
  if (form) written.add(form);
});
document.addEventListener("submit", ({ target }) => written.delete(target));

document.addEventListener("htmx:after:swap", () => {
  for (const form of written) {
    if (form.isConnected) continue;
    written.delete(form);
    const left = draft(form, form.closest(".question-card")?.querySelector("h2 a"));
    if (!left) continue;
    drafts.prepend(left);
    // Whoever was typing in it is led to what is left; whoever is elsewhere by now is not disturbed.
    if (document.activeElement === document.body) left.focus();
  }
});
