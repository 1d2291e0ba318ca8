// Finds elements of a page by steps, and says what is true of them.

const ROLES = {
  alert: "[role=alert]",
  alertdialog: "[role=alertdialog]",
  button: "button, [role=button]",
  checkbox: "input[type=checkbox]",
  group: "fieldset, [role=group]",
  heading: "h1, h2, h3, h4, h5, h6",
  link: "a[href]",
  listitem: "li",
  radio: "input[type=radio]",
  region: "section[aria-label], section[aria-labelledby]",
  row: "tr",
  status: "[role=status]",
  textbox: "input:not([type]), input[type=text], textarea, [role=textbox]",
};

export const plain = (text) => (text ?? "").replace(/\s+/g, " ").trim();
const textOf = (each) => plain(each.textContent);
const byIds = (document, ids) =>
  ids
    .split(/\s+/)
    .map((id) => document.getElementById(id)?.textContent)
    .join(" ");

function nameOf(each) {
  const labelled = each.getAttribute("aria-labelledby");
  if (labelled) return plain(byIds(each.ownerDocument, labelled));
  const label = each.getAttribute("aria-label") ?? [...(each.labels ?? [])].map(textOf).join(" ");
  return plain(label) || textOf(each) || plain(each.getAttribute("alt") ?? each.title);
}

/** Whether it is drawn: nothing around it is hidden by its attribute, a closed part or a style. */
export function isShown(each) {
  for (let box = each; box?.parentElement; box = box.parentElement) {
    const parent = box.parentElement;
    if (box.hidden) return false;
    if (parent.tagName === "DETAILS" && !parent.open && box.tagName !== "SUMMARY") return false;
  }
  return each.isConnected && each.checkVisibility({ visibilityProperty: true });
}

const holds = (text, wanted) =>
  wanted.regex === undefined
    ? text.toLowerCase().includes(plain(wanted.text).toLowerCase())
    : new RegExp(wanted.regex, "u").test(text);
const isNamed = (name, { text, exact }) => (exact ? name === plain(text) : holds(name, { text }));

const STEPS = {
  css: (found, selector) => [...new Set(found.flatMap((each) => [...each.querySelectorAll(selector)]))],
  nth: (found, at) => found.slice(at).slice(0, 1),
  hasText: (found, wanted) => found.filter((each) => holds(textOf(each), wanted)),
  has: (found, steps) => found.filter((each) => located([each], steps).length),
  visible: (found) => found.filter(isShown),
  // names first: whether it is shown takes longest
  role: (found, { role, ...name }) =>
    STEPS.css(found, ROLES[role])
      .filter((each) => name.text === undefined || isNamed(nameOf(each), name))
      .filter(isShown),
  label: (found, wanted) =>
    STEPS.css(found, "input, select, textarea, [aria-label], [aria-labelledby]").filter((each) =>
      isNamed(nameOf(each), wanted),
    ),
};

export function located(roots, steps) {
  return steps.reduce((found, [name, value]) => STEPS[name](found, value), roots);
}

const says = (text, wanted) =>
  wanted.regex === undefined ? text === plain(wanted.text) : holds(text, wanted);
/** Whether it is right of the one, or of each of a list in its order; null where there is not one. */
function each(found, wanted, isRight) {
  if (Array.isArray(wanted))
    return found.length === wanted.length && found.every((one, at) => isRight(one, wanted[at]));
  return found.length === 1 ? isRight(found[0], wanted) : null;
}
const attribute = (one, name) => one.getAttribute(name);

/** By what a test expects: whether it is true of the elements that are there now. */
export const EXPECTED = {
  to_be_attached: (found) => found.length > 0,
  to_be_checked: (found) => each(found, null, (one) => one.checked),
  to_be_disabled: (found) => each(found, null, (one) => one.disabled),
  to_be_enabled: (found) => each(found, null, (one) => !one.disabled),
  to_be_empty: (found) => each(found, null, (one) => textOf(one) === ""),
  to_be_focused: (found) => each(found, null, (one) => one.ownerDocument.activeElement === one),
  to_be_hidden: (found) => !found.some(isShown),
  to_be_visible: (found) => (found.length ? each(found, null, isShown) : false),
  to_contain_text: (found, wanted) => each(found, wanted, (one, part) => holds(textOf(one), part)),
  to_have_attribute: (found, wanted, name) =>
    each(found, wanted, (one, value) => one.hasAttribute(name) && says(plain(attribute(one, name)), value)),
  to_have_class: (found, wanted) => each(found, wanted, (one, value) => says(one.className, value)),
  to_have_count: (found, count) => found.length === count,
  to_have_text: (found, wanted) => each(found, wanted, (one, text) => says(textOf(one), text)),
  to_have_value: (found, wanted) => each(found, wanted, (one, value) => says(one.value, value)),
};

/** The text of an element; cells of a row stand apart. */
export const readable = (one) => (one.cells ? [...one.cells].map(textOf).join(" ") : textOf(one));

/** By name: what a test reads of one element. */
export const READ = {
  inner_text: readable,
  get_attribute: attribute,
  input_value: (one) => one.value,
  is_visible: isShown,
  is_checked: (one) => one.checked,
};
