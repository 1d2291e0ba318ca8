// The film in sign language of a service. Pure, as kiosk_state.js.

import { serviceById } from "./appointment_state.js";

export const FILM_ACTS = ["play_film", "stop_film", "restart_film"]; // as the voice numbers them
const SHOWN_FROM = ["sheet", "notice"];

// `film`: the view it was opened from, whether it `plays`, how often it began again; null: no film is open
export const filmStart = { film: null };

/** The film of the service of the view, or null. */
export const filmOf = ({ menu, service }) => serviceById(menu, service)?.film ?? null;

/** Whether the view offers a film. */
export const offersFilm = (state) => SHOWN_FROM.includes(state.view) && filmOf(state) !== null;

/** Back to the view that the film was opened from; null elsewhere. */
export const filmBack = ({ view, film }) =>
  view === "film" ? { view: film.from, page: 0, ...filmStart } : null;

/** How long nobody need press anything: a film that plays is watched. 0 where none plays. */
export const watchedMs = (state) => (state.film?.plays ? (filmOf(state)?.ms ?? 0) : 0);

export function filmReducers({ active, isGuarded }) {
  const turned = (change) => (state, action) => {
    if (state.view !== "film" || state.film.isMissing) return state;
    return { ...active(state, action.at), film: { ...state.film, ...change(state.film) } };
  };
  return {
    show_film: (state, { at }) =>
      offersFilm(state) && !isGuarded(state, at)
        ? {
            ...active(state, at),
            view: "film",
            film: { from: state.view, plays: false, hasEnded: false, takes: 0, isMissing: false },
          }
        : state,
    play_film: turned(({ hasEnded, takes }) => ({
      plays: true,
      hasEnded: false,
      takes: takes + (hasEnded ? 1 : 0),
    })),
    stop_film: turned(() => ({ plays: false })),
    restart_film: turned(({ takes }) => ({ plays: true, hasEnded: false, takes: takes + 1 })),
    film_ended: turned(() => ({ plays: false, hasEnded: true })),
    film_missing: turned(() => ({ plays: false, isMissing: true })),
  };
}
