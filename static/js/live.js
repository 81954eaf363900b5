// The page's socket: takes fragments of what happened after `seq`, swaps them in, and only then asks for more.

const root = document.querySelector("[data-live]");
const offline = document.getElementById("offline");
const run = document.getElementById("rows") ? await import("./run.js") : null;
let delay = 250;
let lost = 0;

function connect() {
  const url = new URL(root.dataset.live, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  if (root.dataset.seq) url.searchParams.set("after", root.dataset.seq);
  const socket = new WebSocket(url);
  let busy = Promise.resolve();
  socket.onopen = () => {
    delay = 250;
    clearTimeout(lost);
    offline.hidden = true;
    root.dataset.connected = "";
  };
  // One message after the other: a swap may have to wait for the page.
  socket.onmessage = ({ data }) => {
    busy = busy.then(() => take(JSON.parse(data))).then((seq) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ ack: seq }));
    });
  };
  socket.onclose = ({ code }) => {
    delete root.dataset.connected;
    if (code === 4404) location.reload();
    if (code === 4404 || leaving) return;
    clearTimeout(lost);
    lost = setTimeout(() => (offline.hidden = false), 600);
    setTimeout(connect, delay);
    delay = Math.min(delay * 1.7, 4000);
  };
}

async function take(message) {
  if (message.html) await window.htmx.swap({ sourceElement: root, text: message.html, swap: "none", transition: false });
  for (const [node, status] of Object.entries(message.marks ?? {})) paint(node, status);
  if (message.status) root.dataset.runStatus = message.status;
  if (message.title) document.title = message.title;
  for (const key of message.removed ?? []) document.getElementById(`row-${key}`)?.remove();
  if (run) await refresh(message);
  if (message.inbox !== undefined) count(message.inbox);
  if (message.trouble !== undefined) warn(message.trouble);
  if (message.pulse) document.body.dispatchEvent(new CustomEvent("pulse"));
  if (message.seq) root.dataset.seq = message.seq;
  return message.seq ?? 0;
}

async function refresh({ opened = [], changed = [] }) {
  for (const key of changed) {
    const row = document.getElementById(`row-${key}`);
    const body = row?.querySelector(":scope > .row-body");
    const asks = opened.includes(key);
    // A form that is being filled in stays as it is; it goes when its step goes on.
    if (body && (asks || body.childElementCount)) await run.load(row);
    if (body && asks) body.hidden = false;
    if (body) run.mark(row);
  }
  run.draw();
}

function paint(node, status) {
  for (const shape of document.querySelectorAll(`.graph [data-node="${CSS.escape(node)}"]`)) {
    shape.dataset.status = status;
    const icon = shape.querySelector(".g-icon");
    icon?.setAttribute("href", icon.getAttribute("href").replace(/#.*/, `#${status}`));
    const title = shape.querySelector("title");
    if (title) title.textContent = title.textContent.replace(/: \w+/, `: ${status}`);
  }
  for (const line of document.querySelectorAll(`.graph [data-to="${CSS.escape(node)}"]`)) line.dataset.status = status;
}

function count(inbox) {
  for (const badge of document.querySelectorAll("[data-inbox]")) badge.textContent = inbox || "";
  document.title = document.title.replace(/^\(\d+\) /, "");
  if (inbox) document.title = `(${inbox}) ${document.title}`;
}

function warn(trouble) {
  const dot = document.getElementById("trouble");
  dot.hidden = !trouble;
  dot.title = dot.firstElementChild.textContent = trouble;
}

let leaving = false;
addEventListener("pagehide", () => (leaving = true));
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
if (root) connect();
