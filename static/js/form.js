// Forms in place: structural buttons swap the form instead of loading the page; states follow what is typed.

const form = (element) => element.closest(".f-form");

function submit(control, values) {
  const box = form(control);
  const owner = box?.closest("form");
  if (!owner || !window.htmx) return false;
  const kept = { name: document.activeElement?.name, at: document.activeElement?.selectionStart };
  // The browser's own list of controls knows files and ticked boxes; the pressed button is added to it.
  const url = box.dataset.submitUrl || owner.getAttribute("action") || window.location.href;
  const source = control.matches("button") ? control : owner;
  window.htmx
    .ajax("POST", url, { source, target: box, select: `#${CSS.escape(box.id)}`, swap: "outerHTML", values })
    .then(() => settle(document.getElementById(box.id), kept));
  return true;
}

function settle(box, kept) {
  if (!box) return;
  prepare(box);
  const marked = box.querySelector("[autofocus]");
  const same = kept.name && [...box.querySelectorAll("[name]")].find((one) => one.name === kept.name);
  (marked ?? same)?.focus({ preventScroll: !marked });
}

function prepare(root) {
  for (const button of root.querySelectorAll("[data-pick]")) button.hidden = false;
}

function press(event) {
  const button = event.target.closest("button[name$=':do']");
  if (!button || !form(button)) return;
  if (submit(button, { [button.name]: button.value })) event.preventDefault();
}

function choose(event) {
  const select = event.target.closest("select[data-submit]");
  if (!select) return;
  const name = `${select.name.split(":")[0]}:do`;
  submit(select, { [name]: select.dataset.submit });
}

// A field that is typed into has a value; the server would see it so, too, and the page shows it at once.
function follow(event) {
  const box = event.target.closest(".f-field");
  if (!box || event.target.matches(".f-state, .f-key")) return;
  const state = box.querySelector(":scope > .f-head .f-state:not([data-submit])");
  const value = [...(state?.options ?? [])].find((option) => option.value.replace("=", "") === "value");
  if (value && event.target.value) value.selected = true;
  if (state) box.dataset.state = state.value.replace("=", "");
}

function restate(event) {
  if (!event.target.matches(".f-state:not([data-submit])")) return;
  event.target.closest(".f-field").dataset.state = event.target.value.replace("=", "");
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

// The picker writes ISO text beside it; what was typed there stays typed.
function pick(event) {
  const button = event.target.closest("[data-pick]");
  if (!button) return;
  const target = document.getElementById(button.dataset.for);
  const picker = Object.assign(document.createElement("input"), { type: button.dataset.pick, tabIndex: -1 });
  picker.className = "f-picker";
  picker.setAttribute("aria-hidden", "true");
  button.after(picker);
  picker.value = target.value;
  picker.addEventListener("change", () => {
    target.value = picker.value.length === 16 ? `${picker.value}:00` : picker.value;
    target.dispatchEvent(new Event("input", { bubbles: true }));
  });
  picker.addEventListener("blur", () => picker.remove());
  picker.focus();
  picker.showPicker?.();
}

document.addEventListener("click", press);
document.addEventListener("click", pick);
document.addEventListener("change", choose);
document.addEventListener("change", restate);
document.addEventListener("input", follow);
document.addEventListener("paste", paste);
prepare(document);
document.addEventListener("htmx:after:swap", (event) => prepare(event.target instanceof Element ? event.target : document));
