// The browser's picker for dates and times, beside a line of text: it writes ISO text, and what was typed stays typed.

const MOMENT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)\d*(Z|[+-]\d\d:?\d\d)?$/i;

export function open(button) {
  const target = document.getElementById(button.dataset.for);
  const picker = Object.assign(document.createElement("input"), { type: button.dataset.pick, tabIndex: -1 });
  picker.className = "f-picker";
  picker.setAttribute("aria-hidden", "true");
  button.after(picker);
  const [, moment = target.value, offset = ""] = MOMENT.exec(target.value.replace(" ", "T")) ?? [];
  picker.value = moment;
  // A moment that stands there without an offset was meant so.
  const keeps = Boolean(picker.value);
  picker.addEventListener("change", () => {
    const text = picker.value.length === 16 ? `${picker.value}:00` : picker.value;
    const added = picker.type !== "datetime-local" || !text ? "" : keeps ? offset : offsetAt(text);
    target.value = text + added;
    target.dispatchEvent(new Event("input", { bubbles: true }));
  });
  picker.addEventListener("blur", () => picker.remove());
  picker.focus();
  // Some browsers have a picker and no way to open it.
  picker.showPicker?.();
}

// A date-time is a moment only with an offset: that of the clock beside the screen, on that day.
function offsetAt(text) {
  const minutes = -new Date(text).getTimezoneOffset();
  const two = (number) => String(Math.trunc(Math.abs(number))).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}
