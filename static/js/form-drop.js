// A file that is dropped on the field of a file is its file.

export function dragged(box, kind, files) {
  box.toggleAttribute("data-drop", kind === "dragover");
  if (!files?.length) return;
  const control = box.querySelector("input[type=file]");
  control.files = files;
  for (const name of ["input", "change"]) control.dispatchEvent(new Event(name, { bubbles: true }));
}
