// Draws that the kiosk issues no ticket, or still tries to: the server does not answer.

import { isMidway, isServerAway } from "./away_state.js";
import { button, element, put, setIcon, showText } from "./elements.js";
import { informationButton } from "./information_view.js";
import { fillPaged } from "./paging.js";
import { homeButton } from "./view_buttons.js";
import { tagOf } from "./words.js";

const TITLE = "kiosk.away.title";

// `plain`: draws words under an icon.
export function awayViews(plain) {
  // `retry`: the act that asks the server again, null while nothing can be pressed; `other` stands beside it.
  function showAway(say, { text = "", retry, other }) {
    const again = { key: "retry", label: say("kiosk.action.retry"), icon: "rotate-ccw", kind: "primary" };
    const acts = retry ? [button({ act: retry, ...again }), other] : [];
    plain(say, { icon: "wifi-off", title: TITLE, text, acts });
  }

  // In every language of the hall: whoever comes has chosen none. It offers nothing that needs the server.
  function showNoTickets(state, say, languages, sayIn) {
    const toRead = !isMidway(state) && state.information.notices.length ? [informationButton(say)] : [];
    const slots = put("view-away", say);
    setIcon(slots.icon, "wifi-off");
    showText(slots.lede, isMidway(state) ? say("kiosk.away.kept") : "");
    const others = languages
      .filter(({ code }) => code !== state.language)
      .map(({ code, dir }) => element("li", { lang: tagOf(code), dir, text: sayIn(code)(TITLE) }));
    fillPaged(slots, others, toRead, state, say);
  }

  function away(state, say, languages, sayIn) {
    if (isServerAway(state)) return showNoTickets(state, say, languages, sayIn);
    const text = state.isTrying ? say("kiosk.away.trying") : "";
    return showAway(say, { text, retry: state.isTrying ? null : "retry", other: homeButton(say) });
  }

  return { away, showAway };
}
