// Draws the film in sign language of a service. It has no sound, and begins when somebody asks for it.

import { serviceById } from "./appointment_state.js";
import { button, main, put, showText, slotsOf } from "./elements.js";
import { filmOf } from "./film_state.js";
import { backButton } from "./view_buttons.js";

const CONTROLS = [
  { act: "play_film", key: "film-play", icon: "play", kind: "primary" },
  { act: "stop_film", key: "film-pause", icon: "pause" },
  { act: "restart_film", key: "film-again", icon: "rotate-ccw" },
];

/** What opens the film. */
export const filmButton = (say) =>
  button({ act: "show_film", key: "film", label: say("kiosk.film.show"), icon: "hands", kind: "hands" });

export const filmViews = {
  film(state, say) {
    const film = filmOf(state);
    // a film that is drawn anew would stop
    const isDrawn = main.querySelector("video")?.getAttribute("src") === film.url;
    const slots = isDrawn ? slotsOf(main) : put("view-film", say);
    const player = /** @type {HTMLVideoElement} */ (slots.film);
    if (!isDrawn) {
      player.muted = true;
      if (film.poster) player.poster = film.poster;
      player.src = film.url;
    }
    slots.title.textContent = serviceById(state.menu, state.service).name;
    player.hidden = state.film.isMissing;
    showText(slots.lede, state.film.isMissing ? say("kiosk.film.missing") : "");
    const controls = state.film.isMissing ? [] : CONTROLS;
    slots.acts.replaceChildren(
      ...controls.map((each) =>
        button({ ...each, label: say(`kiosk.film.${each.key.slice("film-".length)}`) }),
      ),
      backButton(say),
    );
    follow(player, state.film);
  },
};

function follow(player, { plays, takes }) {
  if (Number(player.dataset.takes ?? 0) !== takes) player.currentTime = 0;
  player.dataset.takes = String(takes);
  if (!plays) player.pause();
  else if (player.paused) player.play().catch(() => {}); // left or stopped meanwhile; a fault is an event
}

/** Tells the state when the film ends or cannot be played. */
export function followFilms(dispatch) {
  for (const [event, type] of [
    ["ended", "film_ended"],
    ["error", "film_missing"],
  ])
    main.addEventListener(
      event,
      ({ target }) => target instanceof HTMLVideoElement && dispatch({ type }),
      true,
    );
}
