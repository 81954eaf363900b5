// The browser's picker for dates and times, beside a line of text: it writes ISO text, and what was typed stays typed.

export function open(button) {
  const target = document.getElementById(button.dataset.for);
  const picker = Object.assign(document.createElement("input"), { type: button.dataset.pick, tabIndex: -1 });
  picker.className = "f-picker";
  picker.setAttribute("aria-hidden", "true");
  button.after(picker);
  picker.value = target.value;
  picker.addEventListener("change", () => {
    target.value = picker.value.length === 16 ? `${picker.value}:00` : picker.value;
    target.dispatchEvent(new Event("input", { bubbles: true }));
  });
  picker.addEventListener("blur", () => picker.remove());
  picker.focus();
  // Some browsers have a picker and no way to open it.
  picker.showPicker?.();
}
