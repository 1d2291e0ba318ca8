// Which fields have a problem: marked for the eye, and described by its sentence for a screen reader.

const described = (field) => (field.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);

function describe(field, ids) {
  if (ids.length) field.setAttribute("aria-describedby", ids.join(" "));
  else field.removeAttribute("aria-describedby");
}

/** A field has the problem whose sentence has an id, which begins with `problem-`. */
export function mark(field, id) {
  field.setAttribute("aria-invalid", "true");
  describe(field, [...described(field), id]);
}

/** No field within an element has a problem any more. */
export function unmark(within) {
  for (const field of within.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    const left = described(field).filter((id) => !id.startsWith("problem-"));
    describe(field, left);
  }
}
