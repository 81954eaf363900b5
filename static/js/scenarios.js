// A switch has the scenarios played after each reload of the code, as long as the page is open.

const watch = document.getElementById("watch");
const tick = document.getElementById("watch-code");
const key = `scenarios ${location.pathname}`;
const code = () => document.getElementById("list").dataset.code;
let known = code();

// While a new worker still imports there is no code, and nothing to play.
function look() {
  if (!code() || code() === known) return;
  known = code();
  if (tick.checked) document.getElementById("run-all").requestSubmit();
}

if (watch) {
  watch.hidden = false;
  tick.checked = localStorage.getItem(key) === "on";
  tick.addEventListener("change", () => localStorage.setItem(key, tick.checked ? "on" : "off"));
  new MutationObserver(look).observe(document.body, { attributes: true, attributeFilter: ["data-code"], childList: true, subtree: true });
}
