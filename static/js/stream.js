// What a step writes grows in its opened row: only what is new comes over the socket.

import { bodyOf, load, rowOf } from "./run.js";

export function grow(grown) {
  for (const [key, [from, text]] of Object.entries(grown)) {
    const row = rowOf(key);
    const place = bodyOf(row)?.querySelector("[data-written]");
    // The server counts whole characters, a browser the halves of some; what does not continue it is loaded anew.
    if (place && [...place.textContent].length === from) append(place, text);
    else if (bodyOf(row)) load(row);
  }
}

// Whoever reads at the end stays there; whoever has scrolled back is left alone.
function append(place, text) {
  const atEnd = place.scrollHeight - place.scrollTop - place.clientHeight < 24;
  place.append(text);
  if (atEnd) place.scrollTop = place.scrollHeight;
}
