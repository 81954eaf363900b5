// A choice of many options has a box to search in, which takes the place of the browser's own list.

let number = 0;
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export function open(select) {
  if (select.nextElementSibling?.matches(".f-find")) return;
  const list = Object.assign(document.createElement("ul"), { id: `find-${++number}`, className: "f-find-list" });
  const input = Object.assign(document.createElement("input"), { type: "text", className: "f-input", autocomplete: "off" });
  const label = select.labels[0]?.textContent ?? select.getAttribute("aria-label") ?? "";
  const words = { role: "combobox", "aria-expanded": "true", "aria-controls": list.id, "aria-autocomplete": "list" };
  for (const [name, value] of Object.entries({ ...words, "aria-label": `Search in ${label}` })) input.setAttribute(name, value);
  input.placeholder = "Search …";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", `Options of ${label}`);
  for (const [index, option] of [...select.options].entries()) list.append(row(list, option, index === select.selectedIndex));
  const box = Object.assign(document.createElement("div"), { className: "f-find" });
  box.append(input, list);
  select.after(box);
  mark(input, list, [...list.children][select.selectedIndex]);
  input.addEventListener("input", (event) => filter(event, list));
  input.addEventListener("keydown", (event) => press(event, select, list));
  // Not at once: what is being removed loses the focus, too.
  input.addEventListener("blur", () => queueMicrotask(() => box.remove()));
  // The focus stays in the box until an option is taken.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => target.closest("li") && take(select, target.closest("li")));
  input.focus();
}

function row(list, option, chosen) {
  const one = Object.assign(document.createElement("li"), { id: `${list.id}-${option.index}`, textContent: option.text });
  one.setAttribute("role", "option");
  one.setAttribute("aria-selected", String(chosen));
  one.dataset.index = option.index;
  return one;
}

function mark(input, list, one) {
  list.querySelector("[data-active]")?.removeAttribute("data-active");
  one?.setAttribute("data-active", "");
  one?.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", one?.id ?? "");
}

function filter(event, list) {
  event.stopPropagation();
  const wanted = plain(event.target.value);
  for (const one of list.children) one.hidden = !plain(one.textContent).includes(wanted);
  mark(event.target, list, list.querySelector("li:not([hidden])"));
}

function press(event, select, list) {
  const shown = [...list.querySelectorAll("li:not([hidden])")];
  const active = shown.findIndex((one) => one.hasAttribute("data-active"));
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) mark(event.target, list, shown.at(Math.min(active + step, shown.length - 1)));
  else if (event.key === "Enter" && !event.ctrlKey) take(select, shown[active]);
  else if (event.key === "Escape") close(select);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

// The choice is out of sight while it is searched, and cannot have the focus before.
function close(select) {
  select.nextElementSibling.remove();
  select.focus();
}

function take(select, one) {
  if (!one) return;
  select.selectedIndex = Number(one.dataset.index);
  close(select);
  for (const kind of ["input", "change"]) select.dispatchEvent(new Event(kind, { bubbles: true }));
}
