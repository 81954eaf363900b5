// Selecting a row opens it, beside the journal where there is room; folding hides the rows inside.

import { lengthText, now } from "./app.js";
import { apply, bodyOf, load, mark, mine, rowOf, told } from "./run.js";

function write() {
  const url = new URL(location.href);
  if (mine.row) url.searchParams.set("row", mine.row);
  else url.searchParams.delete("row");
  history.replaceState(history.state, "", url);
}

// A question stays where it is asked when its row is no longer selected.
function close(row) {
  const body = row && bodyOf(row);
  if (!body) return;
  body.hidden = !body.querySelector(".answer");
  mark(row);
}

export async function choose(row) {
  const before = mine.row && rowOf(mine.row);
  if (before === row) return;
  close(before);
  mine.row = row?.dataset.key ?? "";
  if (row) {
    if (!bodyOf(row).childElementCount) await load(row);
    bodyOf(row).hidden = false;
    mark(row);
  }
  apply();
  write();
  told();
}

export const select = (row) => choose(row.dataset.key === mine.row ? null : row);

export async function lead(row) {
  for (const key of [...mine.folded]) {
    fold(rowOf(key), true);
  }
  row.scrollIntoView({ block: "center" });
  if (bodyOf(row)) await choose(row);
  row.querySelector("a.row-toggle")?.focus({ preventScroll: true });
}

export function step(way) {
  const row = rowOf(mine.row);
  if (way === "close") {
    choose(null);
    return row?.querySelector("a.row-toggle")?.focus();
  }
  const every = [...document.querySelectorAll("#rows .row:not([hidden]) a.row-toggle")].map((link) => link.closest(".row"));
  const next = every[every.indexOf(row) + (way === "next" ? 1 : -1)];
  next?.scrollIntoView({ block: "nearest" });
  return next && choose(next);
}

export function fold(row, open = false) {
  if (!row) return;
  if (open || mine.folded.has(row.dataset.key)) mine.folded.delete(row.dataset.key);
  else mine.folded.add(row.dataset.key);
  apply();
}

const WORDS = { run: "ran", wait: "waited", retry: "paused before the next attempt", group: "took" };

// What a bar stands for, told while the pointer is on it.
export function tell(bar) {
  const { origin, live, stretches } = document.getElementById("axis").dataset;
  const end = live === undefined ? JSON.parse(stretches).at(-1)[1] : now() - origin;
  const from = Number(bar.dataset.from);
  const to = bar.dataset.to === undefined ? end : Number(bar.dataset.to);
  const title = bar.querySelector("title") ?? bar.appendChild(document.createElementNS(bar.namespaceURI, "title"));
  const [start, stop, length] = [from, to, to - from].map((at) => lengthText(at / 1000));
  title.textContent = `${WORDS[bar.dataset.kind]} ${length}, from ${start} to ${stop}: ${Math.round((100 * (to - from)) / (end || 1))} % of the run`;
}
