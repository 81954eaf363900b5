// A graph over the whole width of the page, or beside the rest again; the page stays, with what is typed on it.

export async function widen(panel, button) {
  const wide = button.ariaPressed !== "true";
  document.cookie = `stepyard_graph=${wide ? "wide" : ""}; path=/; samesite=strict; max-age=31536000`;
  button.ariaPressed = String(wide);
  panel.parentElement.toggleAttribute("data-wide", wide);
  const drawn = await redrawn(panel);
  if (drawn && button.ariaPressed === String(wide)) replace(panel.querySelector(".graph-view"), drawn);
}

// The address of the page may be one that takes a post alone; that of the graph's files is below the one that shows it.
async function redrawn(panel) {
  const address = new URL(".", new URL(panel.querySelector("[data-graph=png]").dataset.source, location.href));
  if (address.pathname === location.pathname) address.search = location.search;
  const answer = await fetch(address);
  return answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".run-graph svg.graph");
}

function replace(view, drawn) {
  for (const dot of drawn.querySelectorAll("[data-stop]")) {
    dot.ariaChecked = view.querySelector(`[data-stop="${CSS.escape(dot.dataset.stop)}"]`)?.ariaChecked ?? "false";
  }
  view.querySelector("svg.graph").replaceWith(drawn);
  delete view.dataset.zoomed;
  view.closest(".run-graph").querySelector('[data-graph="1"]').textContent = "100 %";
}
