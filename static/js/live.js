// The page's socket: takes fragments of what happened after `seq`, swaps them in, and only then asks for more.

const root = document.querySelector("[data-live]");
const banner = document.getElementById("offline");
const LOST = banner?.textContent ?? "";
const run = document.getElementById("rows") ? await import("./run.js") : null;
const forms = () => document.querySelector(".f-form") && import("./form.js");
let delay = 250;
let lost = 0;
let down = false;
let failed = 0;

function say(text) {
  if (banner) Object.assign(banner, { textContent: text, hidden: !text });
}

function connect() {
  const url = new URL(root.dataset.live, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  if (root.dataset.seq) url.searchParams.set("after", root.dataset.seq);
  const socket = new WebSocket(url);
  let busy = Promise.resolve();
  socket.onopen = () => {
    if (!failed) delay = 250;
    down = false;
    clearTimeout(lost);
    say("");
    root.dataset.connected = "";
  };
  // One message after the other: a swap may have to wait for the page.
  socket.onmessage = ({ data }) => {
    busy = busy.then(() => take(JSON.parse(data))).then((seq) => {
      failed = 0;
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ ack: seq, ...run?.held() }));
    }).catch((error) => {
      // A message that could not be shown is asked for again on a new connection: `seq` stays where it was.
      reportError(error);
      failed += 1;
      socket.close();
    });
  };
  // Of rows that are open, what is inside comes with the row.
  if (run) run.onheld(() => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(run.held())));
  socket.onclose = ({ code }) => {
    delete root.dataset.connected;
    if (code === 4404) return say("This run was deleted.");
    if (leaving) return;
    if (failed > 2) return say("This page cannot show what came next. Reload it to go on.");
    down = true;
    clearTimeout(lost);
    lost = setTimeout(() => banner?.hidden && say(LOST), 600);
    setTimeout(connect, delay);
    delay = Math.min(delay * 1.7, 4000);
  };
}

async function take(message) {
  const writing = run?.writing(message);
  if (message.html) await window.htmx.swap({ sourceElement: root, text: message.html, swap: "none", transition: false });
  forms();
  if (message.status) root.dataset.runStatus = message.status;
  if (message.title) document.title = message.title;
  for (const key of message.removed ?? []) document.getElementById(`row-${key}`)?.remove();
  if (message.order?.length) run?.arrange(message.order);
  if (run) await update(message, writing);
  if (message.inbox !== undefined) count(message.inbox);
  if (message.trouble !== undefined) warn(message.trouble);
  if (message.pulse) document.body.dispatchEvent(new CustomEvent("pulse"));
  if (message.seq) root.dataset.seq = message.seq;
  return message.seq ?? 0;
}

async function update(message, writing) {
  if (Object.keys({ ...message.marks, ...message.links, ...message.counts, ...message.labels }).length) (await import("./graph.js")).paint(message);
  await run.refresh(message, writing);
  if (Object.keys(message.grown ?? {}).length) (await import("./stream.js")).grow(message.grown);
  run.draw();
}

function count(inbox) {
  for (const badge of document.querySelectorAll("[data-inbox]")) badge.textContent = inbox || "";
  document.title = document.title.replace(/^\(\d+\) /, "");
  if (inbox) document.title = `(${inbox}) ${document.title}`;
}

function warn(trouble) {
  const dot = document.getElementById("trouble");
  if (!dot) return;
  dot.hidden = !trouble;
  dot.title = dot.firstElementChild.textContent = trouble;
}

// While the connection is lost an action would leave the page for the browser's error, so the server is asked first.
let sure = false;
async function guard(event) {
  const target = event.type === "submit" ? event.target : event.target.closest?.("a[href]");
  if (!down || sure || !target || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.type === "click" && (target.origin !== location.origin || target.hash)) return;
  event.preventDefault();
  const alive = await fetch("/static/img/mark.svg", { method: "HEAD", cache: "no-store" }).catch(() => null);
  if (!alive) return say("Not done: the playground does not answer. This page stays; try again when it is back.");
  sure = true;
  if (event.type === "submit") target.requestSubmit(event.submitter);
  else location.assign(target.href);
  sure = false;
}

let leaving = false;
addEventListener("pagehide", () => (leaving = true));
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
addEventListener("submit", guard);
addEventListener("click", guard);
if (root) connect();
forms();
