// The organisation's look on pages that stay open for days: a published look applies without a reload.

/**
 * Wear a look (`{name, stylesheet, logo}` as the server tells it): its stylesheet takes the place of the one
 * before once it has come, so that no page is ever without; its logo stands wherever `[data-logo]` is, hidden
 * where there is none, its name where `[data-organisation]` is. `onChange()`: something came that may have
 * another size.
 */
export function wear(look, onChange = () => {}) {
  if (!look) return;
  wearStyles(look.stylesheet, onChange);
  for (const place of document.querySelectorAll("img[data-logo]")) showLogo(place, look, onChange);
  for (const place of document.querySelectorAll("[data-organisation]"))
    if (place.textContent !== look.name) place.textContent = look.name;
}

function wearStyles(address, onChange) {
  const worn = document.querySelectorAll("link[data-look], link#look");
  if ([...worn].some((link) => link.getAttribute("href") === address)) return;
  const link = document.createElement("link");
  Object.assign(link, { rel: "stylesheet", href: address });
  link.dataset.look = "yes";
  link.addEventListener("load", () => {
    for (const old of worn) old.remove();
    onChange();
  });
  link.addEventListener("error", () => link.remove()); // asked again with the next message
  document.head.append(link);
}

/** A picture that has not come yet, or never does, leaves no broken sign. */
function showLogo(place, { logo, name }, onChange) {
  if (!logo) {
    if (!place.hidden) onChange((place.hidden = true));
    return;
  }
  const alt = place.dataset.logo === "named" ? "" : name; // its name stands beside it
  if (place.getAttribute("src") === logo.url && place.alt === alt) return;
  place.hidden = true;
  place.alt = alt;
  place.width = logo.width;
  place.height = logo.height;
  place.addEventListener(
    "load",
    () => {
      place.hidden = false;
      onChange();
    },
    { once: true },
  );
  place.src = logo.url;
}
