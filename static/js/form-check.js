// A field is checked when it is left, and again while it has a problem, so that the problem goes as soon as it is mended.

// Milliseconds: who leaves a field for the button that sends the form sends it first.
const LEFT = 150;
const MENDED = 300;
// The fields of each form that a person has changed: what nobody has come to yet is no mistake.
const left = {};
let asked = 0;
let timer;
// What is sent is judged as a whole: a check of a part of it would only come too late.
let asking = new AbortController();
document.addEventListener("submit", () => {
  clearTimeout(timer);
  asking.abort();
  asking = new AbortController();
});

const fieldsIn = (root) => new Map([...root.querySelectorAll(".f-field[data-path]")].map((one) => [one.dataset.path, one]));
const noteOf = (field) => field.querySelector(":scope > .f-problem, :scope > .f-fold > .f-problem");

// A file is sent once, with the form: a check is told that it is there, and judges nothing of it.
const isChosen = (field) => field.querySelector(":scope > .f-upload > .f-file, :scope > .f-fold > .f-upload > .f-file")?.files.length;

function withoutFiles(owner) {
  const data = new FormData(owner);
  for (const [name, value] of [...data]) if (value instanceof File) data.set(name, new File([], value.name));
  return data;
}

async function check(id) {
  const mine = ++asked;
  const box = document.getElementById(id);
  if (!box || box.closest("[data-sent]")) return;
  const owner = box.closest("form");
  const data = withoutFiles(owner);
  data.append(`${box.dataset.prefix}:do`, "check:");
  const body = owner.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
  const url = box.dataset.submitUrl || owner.getAttribute("action") || location.href;
  const answer = await fetch(url, { method: "POST", headers: { "HX-Request": "true" }, body, signal: asking.signal });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(box.id);
  if (fresh && mine === asked && box.isConnected) take(box, fresh);
}

function take(box, fresh) {
  const found = fieldsIn(fresh);
  for (const [path, field] of fieldsIn(box)) {
    const other = found.get(path);
    if (other && !isChosen(field) && (left[box.id]?.has(path) || noteOf(field))) show(field, other);
  }
  for (const line of box.querySelectorAll(".f-digest")) {
    const fold = line.closest("[data-fold]").dataset.fold;
    const other = [...fresh.querySelectorAll("[data-fold]")].find((one) => one.dataset.fold === fold);
    if (other) line.textContent = other.querySelector(".f-digest").textContent;
  }
  summarise(box);
}

function show(field, other) {
  const note = noteOf(other);
  noteOf(field)?.remove();
  if (note) (field.querySelector(":scope > .f-fold") ?? field).append(document.adoptNode(note));
  field.toggleAttribute("data-invalid", Boolean(note));
  for (const control of field.querySelectorAll(":scope > [aria-describedby], :scope > [name], :scope > span > [name]")) {
    const same = other.ownerDocument.getElementById(control.id);
    for (const name of same ? ["aria-invalid", "aria-describedby"] : []) {
      if (same.hasAttribute(name)) control.setAttribute(name, same.getAttribute(name));
      else control.removeAttribute(name);
    }
  }
}

// The list above the form names what is still to be mended.
function summarise(box) {
  const list = box.querySelector(":scope > .f-problems");
  for (const row of list?.querySelectorAll("li") ?? []) {
    const field = document.getElementById(row.querySelector("a").hash.slice(1))?.closest(".f-field");
    if (field && !noteOf(field)) row.remove();
  }
  const rows = list?.querySelectorAll("li").length;
  if (rows) list.querySelector(".f-problems-title").textContent = rows > 1 ? `${rows} problems` : "1 problem";
  else list?.remove();
}

export function leave(field) {
  const box = field.closest(".f-form");
  left[box.id] ??= new Set();
  left[box.id].add(field.dataset.path);
  later(box.id, LEFT);
}

function later(id, pause) {
  clearTimeout(timer);
  timer = setTimeout(() => check(id).catch(complain), pause);
}

const complain = (error) => error.name === "AbortError" || reportError(error);

// A form that took another shape was not checked on the way.
document.addEventListener("form:swapped", ({ target }) => left[target.id] && later(target.id, LEFT));

export function mend(field) {
  later(field.closest(".f-form").id, MENDED);
}
