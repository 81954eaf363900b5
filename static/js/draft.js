// What somebody was writing when somebody else was faster: kept beside the answered step, to copy.

const NOTE = "Somebody else answered, or the step stopped waiting, while you were writing. This is what you had typed:";

function make(tag, text, ...children) {
  const element = Object.assign(document.createElement(tag), { textContent: text });
  element.append(...children);
  return element;
}

export function draft(form, link = null) {
  const list = make("dl", "");
  list.className = "facts";
  for (const control of form.querySelectorAll(".f-input, .f-field input:checked")) {
    const name = control.closest(".f-field")?.querySelector(".f-label")?.textContent.trim() ?? "";
    const text = control.selectedOptions?.[0]?.textContent ?? control.value;
    const shown = control.type === "radio" ? control.closest("label")?.textContent.trim() : text;
    if (control.type !== "password" && shown?.trim()) list.append(make("dt", name), make("dd", shown));
  }
  if (!list.childElementCount) return null;
  const close = Object.assign(make("button", "Dismiss"), { type: "button", className: "button" });
  close.dataset.size = "small";
  const text = make("div", "", ...(link ? [make("p", "", link.cloneNode(true))] : []), make("p", NOTE), list);
  const box = make("div", "", text, close);
  close.addEventListener("click", () => box.remove());
  box.className = "notice draft";
  box.tabIndex = -1;
  box.setAttribute("role", "status");
  box.dataset.status = "waiting";
  return box;
}
