// A line of text that becomes several lines, with what is inserted where the selection is.

export function insert(line, text) {
  const area = document.createElement("textarea");
  for (const { name, value } of line.attributes) if (!["type", "value"].includes(name)) area.setAttribute(name, value);
  area.classList.add("f-area");
  area.value = line.value.slice(0, line.selectionStart) + text + line.value.slice(line.selectionEnd);
  line.replaceWith(area);
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
}
