// The page of incidents: whether this computer plays a sound when one arrives.

import { chooseSound, hasSound } from "./incident_sound.js";
import { one } from "../shared/dom.js";

const place = one("[data-incident-sound]");
/** @type {HTMLInputElement} */
const box = one("input", place);
box.checked = hasSound();
box.addEventListener("change", () => chooseSound(box.checked));
place.hidden = false;
