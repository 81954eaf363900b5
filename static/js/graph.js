// The graph beside the journal: its nodes and lines take the statuses of their steps.

export function paint(marks, links = {}) {
  for (const [node, key] of Object.entries(links)) {
    const shape = document.querySelector(`.graph a > [data-node="${CSS.escape(node)}"]`);
    shape?.parentElement.setAttribute("href", `#row-${key}`);
  }
  for (const [node, status] of Object.entries(marks)) {
    for (const shape of document.querySelectorAll(`.graph [data-node="${CSS.escape(node)}"]`)) mark(shape, status);
    for (const line of document.querySelectorAll(`.graph [data-to="${CSS.escape(node)}"]`)) line.dataset.status = status;
  }
}

function mark(shape, status) {
  shape.dataset.status = status;
  const icon = shape.querySelector(".g-icon");
  icon?.setAttribute("href", icon.getAttribute("href").replace(/#.*/, `#${status}`));
  const title = shape.querySelector("title");
  if (title) title.textContent = title.textContent.replace(/: \w+/, `: ${status}`);
}
