// The graph beside the journal: its nodes and lines take the statuses of their steps, how often they ran and what they call themselves;
// the step that runs is kept in sight.

const shapes = (node) => document.querySelectorAll(`.graph [data-node="${CSS.escape(node)}"]`);

export const followed = (view) => view.closest(".run-graph").querySelector("[data-graph=follow]");

export function follow(view) {
  if (followed(view)?.ariaPressed !== "true" || !view.checkVisibility()) return;
  const running = [...view.querySelectorAll(".g-node[data-status=running]")].at(-1);
  const node = running ?? view.querySelector(".g-node:is([data-status=suspended], [data-status=paused], [data-status=waiting])");
  if (!node) return;
  const [box, frame] = [node.getBoundingClientRect(), view.getBoundingClientRect()];
  // A tall graph may reach below the window.
  const [top, bottom] = [Math.max(frame.top, 0), Math.min(frame.bottom, innerHeight)];
  if (bottom - top < box.height) return;
  const off = (start, end, first, last) => (start < first || end > last ? (start + end - first - last) / 2 : 0);
  view.scrollBy({ left: off(box.left, box.right, frame.left, frame.right), top: off(box.top, box.bottom, top, bottom) });
}

// What is painted from now on, until the returned function paints it once more.
const recordings = new Set();

export function record() {
  const painted = [];
  recordings.add(painted);
  return () => {
    recordings.delete(painted);
    for (const message of painted) draw(message);
  };
}

export function paint(message) {
  for (const painted of recordings) painted.push(message);
  draw(message);
  for (const view of document.querySelectorAll(".run-graph .graph-view")) follow(view);
}

function draw({ marks = {}, links = {}, counts = {}, labels = {} }) {
  for (const [node, key] of Object.entries(links)) {
    const shape = document.querySelector(`.graph a > [data-node="${CSS.escape(node)}"]`);
    shape?.parentElement.setAttribute("href", `#row-${key}`);
  }
  for (const [node, status] of Object.entries(marks)) {
    for (const shape of shapes(node)) mark(shape, status);
    for (const line of document.querySelectorAll(`.graph [data-to="${CSS.escape(node)}"]`)) line.dataset.status = status;
  }
  for (const [node, [text, words]] of Object.entries(counts)) {
    for (const shape of shapes(node)) count(shape, text, words);
  }
  for (const [node, text] of Object.entries(labels)) {
    for (const shape of shapes(node)) label(shape, text);
  }
}

function mark(shape, status) {
  shape.dataset.status = status;
  const icon = shape.querySelector(".g-icon");
  icon?.setAttribute("href", icon.getAttribute("href").replace(/#.*/, `#${status}`));
  const title = shape.querySelector("title");
  if (title) title.textContent = title.textContent.replace(/: \w+/, `: ${status}`);
}

function count(shape, text, words) {
  const place = shape.querySelector(".g-count");
  if (place) place.textContent = text;
  const title = shape.querySelector("title");
  if (title) title.textContent = title.textContent.replace(/(: \w+)( \([^)]*\))?/, `$1 (${words})`);
}

function label(shape, text) {
  const place = shape.querySelector(".g-called");
  if (!place) return;
  const most = Number(place.dataset.most);
  place.textContent = text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
