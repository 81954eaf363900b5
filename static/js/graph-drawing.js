// A graph that is drawn anew by the server: over the whole width of the page or beside the rest, and with its parts folded or open.
// The page stays, with what is typed on it.

import { record } from "./graph.js";
import { scaleOf, zoom } from "./graph-view.js";

const FOLDS = "stepyard_folds";
const LARGEST = 3000;
let asked = 0;

export async function widen(panel, button) {
  const wide = button.ariaPressed !== "true";
  keep("stepyard_graph", wide ? "wide" : "");
  button.ariaPressed = String(wide);
  panel.parentElement.toggleAttribute("data-wide", wide);
  const view = panel.querySelector(".graph-view");
  if (!(await redraw(panel, view))) return;
  delete view.dataset.zoomed;
  panel.querySelector('[data-graph="1"]').textContent = "100 %";
}

// What was pressed stays where it is, and has the focus still.
export async function fold(panel, button) {
  const view = panel.querySelector(".graph-view");
  choose(button.dataset.part, button.ariaExpanded === "true");
  const [scale, before] = [scaleOf(view.querySelector("svg.graph")), button.getBoundingClientRect()];
  if (!(await redraw(panel, view))) return;
  if ("zoomed" in view.dataset) zoom(view, scale);
  const now = view.querySelector(`[data-part="${CSS.escape(button.dataset.part)}"]`);
  const after = now.getBoundingClientRect();
  view.scrollBy({ left: after.left - before.left, top: after.top - before.top, behavior: "instant" });
  now.focus({ preventScroll: true });
}

function keep(name, value) {
  document.cookie = `${name}=${value}; path=/; samesite=strict; max-age=31536000`;
}

// Of so many workflows that a cookie cannot hold them, those that were chosen in last.
function choose(part, folded) {
  const { workflow } = document.querySelector("[data-workflow]:has(.run-graph)").dataset;
  const kept = document.cookie.split("; ").find((one) => one.startsWith(`${FOLDS}=`))?.slice(FOLDS.length + 1);
  const { [workflow]: chosen, ...others } = JSON.parse(decodeURIComponent(kept || "{}"));
  const all = [...Object.entries(others), [workflow, { ...chosen, [part]: folded }]];
  const written = () => encodeURIComponent(JSON.stringify(Object.fromEntries(all)));
  while (all.length > 1 && written().length > LARGEST) all.shift();
  keep(FOLDS, written());
}

// The address of the page may be one that takes a post alone; that of the graph's files is below the one that shows it.
// What happens while the drawing is on its way is painted on it, too; of several that are asked for the last one counts.
async function redraw(panel, view) {
  asked += 1;
  const number = asked;
  const again = record();
  const address = new URL(".", new URL(panel.querySelector("[data-graph=png]").dataset.source, location.href));
  if (address.pathname === location.pathname) address.search = location.search;
  const answer = await fetch(address).catch(() => null);
  const drawn = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".run-graph svg.graph");
  const wanted = drawn && number === asked;
  if (wanted) view.querySelector("svg.graph").replaceWith(drawn);
  again();
  if (!wanted) return false;
  if (localStorage.getItem(`stops:${document.querySelector("[data-workflow]:has(.run-graph)").dataset.workflow}`)) (await import("./stops.js")).paint();
  return true;
}
