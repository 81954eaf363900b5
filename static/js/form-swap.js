// A structural button asks for the form that follows from it, which takes the place of the one that is there.

// What has the focus, and what was typed since the last request left: both outlive the swap.
let focused = {};
const typed = new Map();
// One request at a time; what is pressed meanwhile is asked for next, of the form that is there then.
let busy = false;
let next = null;

// Buttons share one name, so their values tell them apart.
const known = (control) => ({ name: control?.name, value: control?.value });

export function submit({ id }, name, value) {
  const box = document.getElementById(id);
  if (busy || !box) {
    next = [name, value];
    return;
  }
  busy = true;
  typed.clear();
  focused = known(document.activeElement);
  const data = new FormData(box.closest("form"));
  data.append(name, value);
  exchange(box, data).catch(reportError).finally(() => {
    const waiting = next;
    [busy, next] = [false, null];
    if (waiting) submit(box, ...waiting);
  });
}

// Shows the form with what was posted of it once, instead of what it holds.
export function refill(box, pairs) {
  const data = new FormData(box.closest("form"));
  for (const { name } of box.querySelectorAll("[name]")) data.delete(name);
  for (const pair of pairs) data.append(...pair);
  data.append(`${box.dataset.prefix}:do`, "refresh:");
  return exchange(box, data);
}

async function exchange(box, data) {
  const owner = box.closest("form");
  const body = owner.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
  const url = box.dataset.submitUrl || owner.getAttribute("action") || location.href;
  const answer = await fetch(url, { method: "POST", headers: { "HX-Request": "true" }, body });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(box.id);
  // All at once: a key that is pressed between the swap and what puts the typing back would be lost.
  if (fresh) swap(box, document.adoptNode(fresh));
  else box.prepend(...page.querySelectorAll(".notice"));
}

function swap(box, fresh) {
  const caret = document.activeElement?.selectionStart;
  const unfolded = new Set([...box.querySelectorAll("details[data-fold][open]")].map((one) => one.dataset.fold));
  for (const one of fresh.querySelectorAll("details[data-fold]")) one.open ||= unfolded.has(one.dataset.fold);
  box.replaceWith(fresh);
  const named = (name) => [...fresh.querySelectorAll("[name]")].filter((one) => one.name === name);
  for (const [name, value] of typed) for (const control of named(name)) restore(control, value);
  const marked = fresh.querySelector("[autofocus]");
  const same = (one) => (one.type === "submit" ? one.value === focused.value : one.type !== "radio" || one.checked);
  const target = marked ?? (focused.name ? named(focused.name).find(same) : null);
  target?.focus({ preventScroll: !marked });
  if (!marked && Number.isInteger(caret) && target?.matches(".f-input:not(select)")) target.setSelectionRange(caret, caret);
  for (const kind of ["form:swapped", "input"]) fresh.dispatchEvent(new Event(kind, { bubbles: true }));
}

function restore(control, value) {
  if (control.type === "radio") control.checked ||= control.value === value;
  else if (!control.matches(".f-input, .f-state")) return;
  else if (!control.options || [...control.options].some((option) => option.value === value)) control.value = value;
}

document.addEventListener("input", ({ target }) => target.name && typed.set(target.name, target.value));
document.addEventListener("focusin", ({ target }) => (focused = known(target)));
