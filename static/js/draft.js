// What somebody was writing when somebody else was faster: kept beside the answered step, to copy.

const NOTE = "Somebody else answered while you were writing. This is what you had typed:";

export function draft(form) {
  const box = document.createElement("div");
  Object.assign(box, { className: "notice draft" });
  box.setAttribute("role", "status");
  box.dataset.status = "waiting";
  const list = document.createElement("dl");
  list.className = "facts";
  for (const control of form.querySelectorAll(".f-input, .f-field input:checked")) {
    const name = control.closest(".f-field")?.querySelector(".f-label")?.textContent.trim() ?? "";
    const text = control.selectedOptions?.[0]?.textContent ?? control.value;
    const shown = control.type === "radio" ? control.closest("label")?.textContent.trim() : text;
    if (control.type === "password" || !shown?.trim()) continue;
    const [term, value] = ["dt", "dd"].map((tag) => document.createElement(tag));
    list.append(Object.assign(term, { textContent: name }), Object.assign(value, { textContent: shown }));
  }
  const text = document.createElement("div");
  text.append(Object.assign(document.createElement("p"), { textContent: NOTE }), list);
  box.append(text);
  return box;
}
