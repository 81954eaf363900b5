// An answer that is sent beside the page, because leaving it would lose what is being written in another form.

function notice(text) {
  const box = Object.assign(document.createElement("p"), { className: "notice", textContent: text });
  box.dataset.status = "failed";
  box.setAttribute("role", "alert");
  return box;
}

async function exchange(form, submitter) {
  const body = new FormData(form, submitter);
  const response = await fetch(form.action, { method: "POST", headers: { "HX-Request": "true" }, body });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const box = form.querySelector(".f-form");
  const fresh = page.getElementById(box.id);
  const said = page.querySelector(".notice") ?? notice(page.querySelector(".empty")?.textContent ?? "That was refused.");
  // What was taken leaves the page with its row or card, when the news of it comes.
  if (response.ok && !fresh) return form.replaceChildren(said);
  form.removeAttribute("data-sent");
  if (!fresh) return form.prepend(said);
  box.replaceWith(document.adoptNode(fresh));
  fresh.dispatchEvent(new Event("form:swapped", { bubbles: true }));
  fresh.querySelector("[autofocus]")?.focus();
}

export async function send(form, submitter) {
  try {
    await exchange(form, submitter);
  } catch {
    form.removeAttribute("data-sent");
    form.prepend(notice("Not sent: the playground does not answer. Try again when it is back."));
  }
}
