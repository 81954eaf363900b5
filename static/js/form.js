// Forms in place: structural buttons swap the form instead of loading the page; states follow what is typed.

// Loaded with the first button that is pressed; what is typed until then is in the form that is sent.
const submit = async (...what) => (await import("./form-swap.js")).submit(...what);

function prepare(root) {
  for (const button of root.querySelectorAll("[data-pick]")) button.hidden = false;
  // Enter in a field is told from Enter in the name to save under, so the server need not guess.
  for (const button of root.querySelectorAll(".f-default")) button.name = "run";
}

function press(event) {
  const button = event.target.closest("form .f-form button[name$=':do']");
  if (!button) return;
  event.preventDefault();
  submit(button.closest(".f-form"), button.name, button.value);
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
  const box = event.target.closest(".f-field");
  if (!box || event.target.matches(".f-state, .f-key")) return;
  const state = box.querySelector(":scope > .f-head .f-state:not([data-submit])");
  const options = [...(state?.options ?? [])];
  // What is cleared again is what it was before, unless it was chosen to be something else.
  const meant = options.find((one) => (event.target.value ? one.value.replace("=", "") === "value" : one.defaultSelected));
  if (meant) meant.selected = true;
  if (state) box.dataset.state = state.value.replace("=", "");
}

// A line of text drops the line breaks of what is pasted into it, so it becomes several lines first.
async function paste(event) {
  const text = event.clipboardData?.getData("text") ?? "";
  if (!event.target.matches?.(".f-field[data-kind=text] > input[type=text]") || !/\n/.test(text.trimEnd())) return;
  event.preventDefault();
  (await import("./form-lines.js")).insert(event.target, text);
}

async function pick(event) {
  const button = event.target.closest("[data-pick]");
  if (button) (await import("./form-picker.js")).open(button);
}

// Long choices are searched.
function find(event) {
  const select = event.target;
  if (!select.matches?.(".f-form select") || select.options.length <= 12 || event.button > 0) return;
  if (event.type === "keydown" && event.key !== " " && !(event.altKey && event.key === "ArrowDown")) return;
  event.preventDefault();
  import("./form-find.js").then(({ open }) => open(select));
}

// A field is checked once it is left, and one that has a problem while it is mended.
async function check(event) {
  const field = event.target.closest(".f-form .f-field[data-path]");
  if (!field || (event.type === "input" && !field.hasAttribute("data-invalid"))) return;
  const { leave, mend } = await import("./form-check.js");
  (event.type === "input" ? mend : leave)(field);
}

async function dragged(event) {
  const box = event.target.closest?.(".f-form .f-upload");
  if (!box || !event.dataTransfer.types.includes("Files")) return;
  // Before anything is loaded, or the browser would open the file.
  event.preventDefault();
  const files = event.type === "drop" ? event.dataTransfer.files : null;
  (await import("./form-drop.js")).dragged(box, event.type, files);
}

// What is being written in one form stays when another one is sent.
function answer(event) {
  const form = event.target;
  // A copy leads to another page; the question stays open.
  if (event.defaultPrevented || !form.matches(".step-form") || event.submitter?.value === "copy") return;
  form.setAttribute("data-sent", "");
  if (!document.querySelector(".step-form[data-typed]:not([data-sent])")) return;
  event.preventDefault();
  import("./answer.js").then(({ send }) => send(form, event.submitter));
}

document.addEventListener("input", ({ target }) => target.closest(".step-form")?.setAttribute("data-typed", ""));
document.addEventListener("submit", answer);
document.addEventListener("click", press);
document.addEventListener("click", pick);
document.addEventListener("change", choose);
document.addEventListener("input", follow);
document.addEventListener("paste", paste);
for (const kind of ["mousedown", "keydown"]) document.addEventListener(kind, find);
for (const kind of ["change", "input"]) document.addEventListener(kind, check);
for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, dragged);
document.addEventListener("form:swapped", (event) => prepare(event.target));
document.addEventListener("htmx:after:swap", () => prepare(document));
prepare(document);

// What was typed is kept for the way back, and was, when this is the way back.
const keep = () => import("./form-back.js");
if (history.state?.forms) keep();
else for (const kind of ["input", "form:swapped"]) document.addEventListener(kind, keep, { once: true });
