// The command palette and the list of shortcuts, made when they are asked for first.

import { setTheme } from "./app.js";

const SHORTCUTS = [
  ["Ctrl K", "find workflows, runs and pages"],
  ["g w", "workflows"],
  ["g r", "runs"],
  ["g i", "inbox"],
  ["g s", "schedules"],
  ["g d", "health"],
  ["/", "search"],
  ["f", "first field of the form"],
  ["Ctrl Enter", "run, answer, or send the event"],
  ["j k", "next or previous step, entry of the inbox, or run"],
  ["Enter", "open it"],
  ["r", "run again, or run all scenarios"],
  ["e", "edit and run"],
  ["Shift C", "cancel the run"],
  ["Shift D", "delete the run; it asks first"],
  ["Shift F", "fork from the opened step"],
  ["Shift J", "download the run as JSON"],
  ["!", "first failure"],
  ["0", "the whole timeline, after dragging over a part of it"],
  ["+ - 0 1", "the graph, when it has the focus: larger, smaller, all of it, its own size"],
  ["Shift S", "save the run as a scenario"],
  ["Shift X", "compare the run with another"],
  ["x", "fill in an example"],
  ["s", "name and save the input"],
  ["z", "undo what was just done, while it is offered"],
  ["t", "light, dark, or as the system"],
  ["?", "this list"],
];

const PAGES = [["Workflows", "/workflows/"], ["Runs", "/runs/"], ["Inbox", "/inbox/"], ["Schedules", "/schedules/"], ["Health", "/doctor/"]];

const ENDED = ["success", "failed", "canceled"];

const THEMES = [["Light theme", "light"], ["Dark theme", "dark"], ["Theme as the system", ""]];

function make(tag, attributes = {}, ...children) {
  const element = Object.assign(document.createElement(tag), attributes);
  element.append(...children);
  return element;
}

function dialog(name, title, ...children) {
  const close = make("button", { type: "button", className: "button", textContent: "Close" });
  close.dataset.size = "small";
  const head = make("div", { className: "card-head" }, make("h2", { textContent: title }), close);
  const box = make("dialog", { className: "dialog card", ariaLabel: title }, head, ...children);
  close.addEventListener("click", () => box.close());
  box.addEventListener("click", (event) => event.target === box && box.close());
  box.addEventListener("close", () => box.remove());
  box.dataset.name = name;
  document.body.append(box);
  box.showModal();
  return box;
}

function shortcuts() {
  const list = make("dl", { className: "facts card-body" });
  for (const [keys, text] of SHORTCUTS) {
    const names = keys.split(" ").map((key) => make("kbd", { textContent: key }));
    list.append(make("dt", {}, ...names), make("dd", { textContent: text }));
  }
  dialog("shortcuts", "Shortcuts", list);
}

// A run that goes on is canceled from anywhere, by the post that its own page would send, once that was said twice.
function askToCancel(run) {
  const yes = make("button", { type: "button", className: "button", textContent: "Cancel the run" });
  yes.dataset.kind = "danger";
  const no = make("button", { type: "button", className: "button", textContent: "Let it go on" });
  const box = dialog("cancel", "Cancel this run?", make("p", { className: "card-body" }, `${run.workflowId}, `, make("span", { className: "mono", textContent: run.runId }), ` is ${run.status}.`), make("div", { className: "actions card-body" }, yes, no));
  yes.addEventListener("click", () => cancel(run));
  no.addEventListener("click", () => box.close());
  no.focus();
}

function cancel(run) {
  const token = document.querySelector("form.theme [name=csrfmiddlewaretoken]");
  const form = make("form", { method: "post", action: `/runs/${run.runId}/cancel/`, hidden: true }, token.cloneNode());
  document.body.append(form);
  form.submit();
}

const goesOn = (run) => !ENDED.includes(run.status) && !("viewer" in document.body.dataset);

async function entries() {
  const [workflows, runs] = await Promise.all(["/api/workflows", "/api/runs?limit=30"].map((url) => fetch(url).then((r) => r.json())));
  return [
    ...[...document.querySelectorAll("[data-key].button")].map((button) => ({ kind: "action", name: button.textContent.trim(), act: () => button.click() })),
    ...PAGES.map(([name, url]) => ({ kind: "page", words: "go to open", name, url })),
    ...Object.keys(workflows).map((name) => ({ kind: "workflow", words: "run start open", name, url: `/workflows/${name}/` })),
    ...runs.runs.filter(goesOn).map((run) => ({ kind: "action", only: "cancel", name: `Cancel ${run.workflowId} ${run.runId}`, act: () => askToCancel(run) })),
    ...runs.runs.map((run) => ({ kind: run.status, name: `${run.workflowId} ${run.runId}`, url: `/runs/${run.runId}/` })),
    ...THEMES.map(([name, theme]) => ({ kind: "action", name, act: () => setTheme(theme) })),
  ];
}

function palette(typed) {
  const input = make("input", { type: "search", className: "input", placeholder: "Workflow, run, page or action", ariaLabel: "Find" });
  const list = make("ul", { className: "found" });
  const box = dialog("palette", "Find", input, list);
  let all = [];
  const draw = () => {
    const words = input.value.toLowerCase().split(/\s+/);
    const fits = all.filter(({ kind, name, only, words: more = "" }) => (!only || words.includes(only)) && words.every((word) => `${kind} ${more} ${name}`.toLowerCase().includes(word))).slice(0, 12);
    list.replaceChildren(...fits.map((entry) => {
      const link = make("a", { href: entry.url ?? "#" }, make("span", { className: "tag", textContent: entry.kind }), ` ${entry.name}`);
      if (entry.act) link.addEventListener("click", (event) => {
        event.preventDefault();
        box.close();
        entry.act();
      });
      return make("li", {}, link);
    }));
  };
  input.addEventListener("input", draw);
  // Who types faster than the list arrives is waited for.
  const ready = entries().then((found) => {
    all = found;
    draw();
  });
  const enter = async () => {
    await ready;
    list.querySelector("a")?.click();
  };
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === input) {
      // Or what it leads to would be pressed by the same key.
      event.preventDefault();
      return enter();
    }
    // A search field would take the first one for itself, to empty itself.
    if (event.key === "Escape") {
      event.preventDefault();
      return box.close();
    }
    const links = [...list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "ArrowDown") links[(at + 1) % links.length]?.focus();
    if (event.key === "ArrowUp") (at <= 0 ? input : links[at - 1]).focus();
    if (event.key.startsWith("Arrow")) event.preventDefault();
  });
  input.focus();
  input.value = typed.filter((key) => key.length < 2).join("");
  if (typed.includes("Enter")) enter();
}

export const show = (name, typed = []) => (name === "shortcuts" ? shortcuts() : palette(typed));
