// Forms in place: structural buttons swap the form instead of loading the page; states follow what is typed.

// What has the focus, and what was typed since the last request left: both outlive the swap.
let focused = "";
const typed = new Map();
// One request at a time; what is pressed meanwhile is asked for next, of the form that is there then.
let busy = false;
let next = null;

function submit(box, name, value) {
  const owner = box.closest("form");
  if (!owner || !window.htmx) return false;
  if (busy) {
    next = [name, value];
    return true;
  }
  busy = true;
  typed.clear();
  focused = document.activeElement?.name ?? "";
  const url = box.dataset.submitUrl || owner.getAttribute("action") || window.location.href;
  const select = `#${CSS.escape(box.id)}`;
  window.htmx
    .ajax("POST", url, { source: owner, target: box, select, swap: "outerHTML", values: { [name]: value } })
    .finally(() => settle(document.getElementById(box.id)));
  return true;
}

function settle(box) {
  busy = false;
  if (!box) return;
  prepare(box);
  const named = (name) => [...box.querySelectorAll("[name]")].find((one) => one.name === name);
  for (const [name, value] of typed) {
    const control = named(name);
    if (control?.matches(".f-input:not(select)")) control.value = value;
  }
  const marked = box.querySelector("[autofocus]");
  (marked ?? (focused ? named(focused) : null))?.focus({ preventScroll: !marked });
  if (next) submit(box, ...next);
  next = null;
}

function prepare(root) {
  for (const button of root.querySelectorAll("[data-pick]")) button.hidden = false;
  // Enter in a field is told from Enter in the name to save under, so the server need not guess.
  for (const button of root.querySelectorAll(".f-default")) button.name = "run";
}

function press(event) {
  const button = event.target.closest(".f-form button[name$=':do']");
  if (button && submit(button.closest(".f-form"), button.name, button.value)) event.preventDefault();
}

// Choosing a branch, or changing what other fields depend on, asks for the form that follows from it.
function choose(event) {
  const control = event.target;
  const box = control.closest(".f-form");
  const depended = control.matches(".f-state") ? null : control.closest("[data-refresh]");
  const action = control.closest("select[data-submit]")?.dataset.submit ?? depended?.dataset.refresh;
  if (box && action) submit(box, `${box.dataset.prefix}:do`, action);
  else if (control.matches(".f-state")) control.closest(".f-field").dataset.state = control.value.replace("=", "");
}

// A field that is typed into has a value; the server would see it so, too, and the page shows it at once.
function follow(event) {
  if (event.target.name) typed.set(event.target.name, event.target.value);
  const box = event.target.closest(".f-field");
  if (!box || event.target.matches(".f-state, .f-key")) return;
  const state = box.querySelector(":scope > .f-head .f-state:not([data-submit])");
  const value = [...(state?.options ?? [])].find((option) => option.value.replace("=", "") === "value");
  if (value && event.target.value) value.selected = true;
  if (state) box.dataset.state = state.value.replace("=", "");
}

// A line of text drops the line breaks of what is pasted into it, so it becomes several lines first.
function paste(event) {
  const line = event.target;
  const text = event.clipboardData?.getData("text") ?? "";
  if (!line.matches?.(".f-field[data-kind=text] > input[type=text]") || !/\n/.test(text.trimEnd())) return;
  event.preventDefault();
  const area = document.createElement("textarea");
  for (const { name, value } of line.attributes) if (!["type", "value"].includes(name)) area.setAttribute(name, value);
  area.classList.add("f-area");
  area.value = line.value.slice(0, line.selectionStart) + text + line.value.slice(line.selectionEnd);
  line.replaceWith(area);
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

async function pick(event) {
  const button = event.target.closest("[data-pick]");
  if (button) (await import("./form-picker.js")).open(button);
}

document.addEventListener("click", press);
document.addEventListener("click", pick);
document.addEventListener("change", choose);
document.addEventListener("input", follow);
document.addEventListener("focusin", (event) => (focused = event.target.name ?? ""));
document.addEventListener("paste", paste);
document.addEventListener("htmx:after:swap", () => prepare(document));
prepare(document);
