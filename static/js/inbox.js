// The inbox: what somebody was writing stays when its card goes, because somebody else was faster.

import { draft } from "./draft.js";

const written = new Set();
const drafts = document.getElementById("drafts");

document.addEventListener("input", ({ target }) => {
  const form = target.closest(".step-form");
  if (form) written.add(form);
});
document.addEventListener("submit", ({ target }) => written.delete(target));

// The list of questions that get the same answer is folded; how many are ticked stands beside its name.
function count() {
  const ticked = document.querySelectorAll("#alike [name=also]:checked").length;
  const tag = document.getElementById("alike-count");
  if (tag) Object.assign(tag, { textContent: `${ticked} get${ticked === 1 ? "s" : ""} the same answer`, hidden: !ticked });
}
document.addEventListener("change", count);

document.addEventListener("htmx:after:swap", () => {
  count();
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
