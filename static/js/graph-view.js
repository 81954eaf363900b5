// How a graph is looked at: larger and smaller, as a whole, dragged along, and with the step that runs in sight.

import { follow, followed } from "./graph.js";

const LEAST = 0.15;
const MOST = 4;
const STEP = 1.25;
const FAR = 4;

const drawing = (view) => view.querySelector("svg.graph");
export const scaleOf = (svg) => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;

// What is at a place of the window stays there.
export function zoom(view, wanted, { clientX, clientY } = centre(view)) {
  const svg = drawing(view);
  const scale = Math.min(Math.max(wanted, LEAST), MOST);
  const was = svg.getBoundingClientRect();
  const [x, y] = [(clientX - was.left) / was.width, (clientY - was.top) / was.height];
  svg.setAttribute("width", svg.viewBox.baseVal.width * scale);
  svg.setAttribute("height", svg.viewBox.baseVal.height * scale);
  view.dataset.zoomed = "";
  const is = svg.getBoundingClientRect();
  view.scrollBy({ left: is.left + x * is.width - clientX, top: is.top + y * is.height - clientY, behavior: "instant" });
  view.closest(".run-graph").querySelector('[data-graph="1"]').textContent = `${Math.round(scale * 100)} %`;
}

function centre(view) {
  const { left, top, width, height } = view.getBoundingClientRect();
  return { clientX: left + width / 2, clientY: top + height / 2 };
}

function fit(view) {
  const { width, height } = drawing(view).viewBox.baseVal;
  const style = getComputedStyle(view);
  const around = (...sides) => sides.reduce((sum, side) => sum + Number.parseFloat(style[`padding${side}`]), 0);
  const tall = Number.parseFloat(style.maxHeight) || innerHeight;
  zoom(view, Math.min((view.clientWidth - around("Left", "Right")) / width, (tall - around("Top", "Bottom")) / height, 1));
}

// Whoever looks elsewhere is not called back to the step that runs, until asked to.
function leave(view) {
  const button = followed(view);
  if (button) button.ariaPressed = "false";
}

const ACTS = {
  "+": (view) => zoom(view, scaleOf(drawing(view)) * STEP),
  "-": (view) => zoom(view, scaleOf(drawing(view)) / STEP),
  "1": (view) => zoom(view, 1),
  "0": fit,
  wide: (view, button) => import("./graph-drawing.js").then(({ widen }) => widen(view.closest(".run-graph"), button)).then(() => follow(view)),
  fold: (view, button) => import("./graph-drawing.js").then(({ fold }) => fold(view.closest(".run-graph"), button)),
  png: (_view, button) => import("./graph-png.js").then(({ save }) => save(button.dataset.source)),
  follow: (view, button) => {
    button.ariaPressed = String(button.ariaPressed !== "true");
    follow(view);
  },
};

export function press(panel, name, button) {
  ACTS[name](panel.querySelector(".graph-view"), button);
}

function drag(view, down) {
  const over = new AbortController();
  const start = { left: view.scrollLeft, top: view.scrollTop };
  let dragged = false;
  const move = (event) => {
    if (!(event.buttons & 1)) return over.abort();
    const [dx, dy] = [event.clientX - down.clientX, event.clientY - down.clientY];
    if (!dragged && Math.hypot(dx, dy) < FAR) return;
    if (!dragged) leave(view);
    dragged = true;
    view.scrollTo({ left: start.left - dx, top: start.top - dy, behavior: "instant" });
  };
  // The click that ends the drag is meant for no node.
  const click = (event) => {
    if (!dragged) return;
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener("pointermove", move, { signal: over.signal });
  addEventListener("click", click, { capture: true, signal: over.signal });
  for (const type of ["pointerup", "pointercancel"]) addEventListener(type, () => setTimeout(() => over.abort()), { signal: over.signal });
}

function pinch(view) {
  const apart = ([one, other]) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
  const middle = ([one, other]) => ({ clientX: (one.clientX + other.clientX) / 2, clientY: (one.clientY + other.clientY) / 2 });
  let first = null;
  view.addEventListener("touchmove", (event) => {
    leave(view);
    if (event.touches.length !== 2) return;
    event.preventDefault();
    first ??= { apart: apart(event.touches), scale: scaleOf(drawing(view)) };
    zoom(view, (first.scale * apart(event.touches)) / first.apart, middle(event.touches));
  }, { passive: false });
  for (const type of ["touchend", "touchcancel"]) view.addEventListener(type, () => (first = null));
}

for (const view of document.querySelectorAll(".run-graph .graph-view")) {
  // The wheel alone scrolls, as everywhere.
  view.addEventListener("wheel", (event) => {
    leave(view);
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(view, scaleOf(drawing(view)) * Math.exp(-event.deltaY / 400), event);
  }, { passive: false });
  view.addEventListener("pointerdown", (event) => event.button === 0 && event.pointerType === "mouse" && !event.target.closest(".graph [role]") && drag(view, event));
  view.addEventListener("dragstart", (event) => event.preventDefault());
  view.addEventListener("keydown", ({ key }) => key.startsWith("Arrow") && leave(view));
  pinch(view);
}
