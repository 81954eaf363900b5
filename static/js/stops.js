// Breakpoints: the dots beside the nodes of a graph, kept in this browser for each workflow.

const KEY = `stops:${document.querySelector("[data-workflow]:has(.run-graph)").dataset.workflow}`;
const set = new Set(JSON.parse(localStorage.getItem(KEY) ?? "[]"));

export function paint() {
  for (const dot of document.querySelectorAll("[data-stop]")) dot.ariaChecked = String(set.has(dot.dataset.stop));
}

export function toggle(dot) {
  const path = dot.dataset.stop;
  if (!set.delete(path)) set.add(path);
  localStorage.setItem(KEY, JSON.stringify([...set]));
  paint();
}

document.addEventListener("formdata", ({ target, formData }) => {
  if (target.matches("[data-stops]")) formData.set("breakpoints", [...set].join(","));
});

paint();
