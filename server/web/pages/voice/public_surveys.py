"""Surveys to answer, `/avis/…`: by an address, by a ticket, at an exit kiosk. No account, no JavaScript.

Only the alert of the hall at an exit kiosk needs JavaScript.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Response, g, jsonify, make_response, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as WsgiResponse

from hardware.languages import Language, base_of
from server.domain.refusals import Refusal
from server.domain.surveys.campaigns import LONGEST_TEXT, Audience, Channel, texts_kept_until
from server.ids import new_token
from server.language import direction_of
from server.usecases.notices.notice_places import offered_languages
from server.usecases.surveys.answer_survey import (
    AskedSurvey,
    GivenAnswers,
    answer_survey,
    asked_at,
    asked_by_ticket,
)
from server.usecases.surveys.read_results import read_exit_alert
from server.web.access.callers import Caller, database, of_device
from server.web.access.cookies import DEVICE_COOKIE, read_cookie
from server.web.access.guards import check_limits
from server.web.access.requirements import Access, PageRoutes
from server.web.access.site_context import of_app
from server.web.pages.quality.wording import short_day
from server.web.rendering import page
from server.web.rendering.problems import refusal_sentence, status_of

PLACE = "/avis"
THANKED_S = 6
"""How long an exit kiosk says thank you before it asks the next person."""
RENEWED_S = 300
"""How often an exit kiosk that nobody touches reads its page again."""
TYPED_LONGEST = 4 * LONGEST_TEXT


@dataclass(frozen=True, slots=True)
class PublicSurveyPages:
    """What the pages need; `alert_words` by language and `alert_signs` are those of kiosks.

    The limits, each of which may raise a 429 of its own: `slow_answers` by address of
    the caller, `slow_visitors` by day of that and of the network around it, not for agents, who share one;
    `slow_address` by address of the survey; `slow_kiosk` of an exit kiosk; `slow_tickets` of a ticket.
    `is_here`: an exit kiosk gave a sign of life (hall id, its id in the hall's document).
    """

    alert_words: Mapping[str, object]
    alert_signs: str
    slow_answers: Callable[[], None]
    slow_visitors: Sequence[Callable[[], None]]
    slow_address: Callable[[], None]
    slow_kiosk: Callable[[], None]
    slow_tickets: Callable[[], None]
    is_here: Callable[[str, str], object]


needs = of_app(PublicSurveyPages)
public_survey_pages = PageRoutes("public_surveys", __name__, template_folder="templates")
"""What a visitor sends is answered by a page that thanks; nothing can be read back."""


@public_survey_pages.before_request
def choose_language() -> None:
    page.speak_to_visitors(offered_languages(database()))


@public_survey_pages.get(PLACE + "/merci", Access.EVERYBODY)
def thanks() -> Response:
    return _page("public_surveys/thanks.html", offered_languages(database()))


def survey_at(code: str) -> AskedSurvey:
    found = asked_at(database(), code)
    if found.channel == Channel.KIOSK:
        raise Refusal("unknown_survey")
    return found


def counted(code: str) -> AskedSurvey:
    check_limits("survey_flooded", needs.slow_answers, needs.slow_address)
    found = survey_at(code)
    if found.row.audience == Audience.VISITORS:
        check_limits("survey_flooded", *needs.slow_visitors)
    return found


@public_survey_pages.get(PLACE + "/<code>", Access.EVERYBODY)
def ask(code: str) -> Response:
    return _asking(lambda: survey_at(code))


@public_survey_pages.post(PLACE + "/<code>", Access.EVERYBODY)
def answer(code: str) -> WsgiResponse:
    return _answered(lambda: counted(code))


@public_survey_pages.get(PLACE + "/ticket/<token>", Access.TICKET)
def ask_ticket(token: str) -> Response:
    needs.slow_tickets()
    return _asking(lambda: asked_by_ticket(database(), token))


@public_survey_pages.post(PLACE + "/ticket/<token>", Access.TICKET)
def answer_by_ticket(token: str) -> WsgiResponse:
    return _answered(lambda: asked_by_ticket(database(), token), needs.slow_tickets)


@public_survey_pages.get(PLACE + "/<exit_kiosk>/borne", Access.EVERYBODY)
def kiosk(exit_kiosk: str) -> Response:
    try:
        shown_survey = _asked_at_exit(exit_kiosk)
    except Refusal as refusal:
        return _exit_refusal(exit_kiosk, refusal)
    return _exit_page(
        exit_kiosk,
        "public_surveys/kiosk.html",
        shown_survey,
        after_s=RENEWED_S,
        question=shown_survey.questions[0],
        others=[each for each in shown_survey.row.languages if each != page.language()],
        form=new_token(),
    )


@public_survey_pages.post(PLACE + "/<exit_kiosk>/borne", Access.EVERYBODY)
def press(exit_kiosk: str) -> Response:
    try:
        shown_survey = _asked_at_exit(exit_kiosk)
        check_limits("survey_flooded", needs.slow_kiosk)
        first = shown_survey.questions[0].id
        answer_survey(
            database(),
            shown_survey,
            _given(shown_survey, {first: request.form.get(first, "")}, page.language()),
        )
    except Refusal as refusal:
        return _exit_refusal(exit_kiosk, refusal)
    return _exit_page(exit_kiosk, "public_surveys/kiosk_thanks.html", shown_survey)


@public_survey_pages.get(PLACE + "/<exit_kiosk>/borne/alerte", Access.EVERYBODY)
def alert(exit_kiosk: str) -> Response:
    _note_kiosk()
    return jsonify(read_exit_alert(database(), exit_kiosk))


@public_survey_pages.after_request
def come_back(response: Response) -> Response:
    """The browser reads its first page again after an error whose page does not do so itself."""
    if request.path.endswith("/borne") and not g.get("comes_back"):
        response.headers["Refresh"] = f"{THANKED_S}; url={request.path}"
    return response


def _paired_kiosk() -> Caller | None:
    """The paired kiosk in whose browser the request was made, whoever has signed in there."""
    token = read_cookie(DEVICE_COOKIE)
    try:
        device = of_device(database(), token) if token else None
    except Refusal:
        return None
    return device if device is not None and device.name == "kiosk" else None


def _note_kiosk() -> None:
    """Lets supervision see that the exit kiosk is there."""
    paired = _paired_kiosk()
    if paired is not None and paired.hall is not None and paired.configured is not None:
        needs.is_here(paired.hall, paired.configured)


def _asked_at_exit(code: str) -> AskedSurvey:
    """The survey that an exit kiosk asks. Refusals: those of `asked_at`; exit_kiosk_unpaired elsewhere."""
    found, paired = asked_at(database(), code, Channel.KIOSK), _paired_kiosk()
    if paired is None or paired.hall != found.hall:
        raise Refusal("exit_kiosk_unpaired")
    page.speak_one_of(found.row.languages)
    return found


def _exit_page(
    code: str, template: str, shown_survey: AskedSurvey | None, *, after_s: int = THANKED_S, **values: object
) -> Response:
    """A page of an exit kiosk: it shows an alert of the hall, and comes back by itself after `after_s`."""
    try:
        first = read_exit_alert(database(), code)
    except Refusal:
        first = None
    place = f"{PLACE}/{code}/borne"
    if shown_survey is not None:
        values |= {"asked": shown_survey, "hall_name": _hall_name(shown_survey)}
    response = _page(
        template,
        offered_languages(database()) if shown_survey is None else _languages_of(shown_survey),
        code=code,
        exit={"alerts": needs.alert_words, "first": first, "place": place, "after_s": after_s},
        alert_signs=Markup(needs.alert_signs),
        **values,
    )
    g.comes_back = True
    return response


def _exit_refusal(code: str, refusal: Refusal) -> Response:
    """Says at an exit kiosk in one sentence why nobody can answer."""
    said = refusal_sentence(refusal)
    response = _exit_page(code, "public_surveys/kiosk_refused.html", None, sentence=said)
    response.status_code = status_of(refusal)
    return response


def _asking(find: Callable[[], AskedSurvey]) -> Response:
    try:
        return _questions_page(find(), {})
    except Refusal as refusal:
        return _refused(refusal)


def _answered(find: Callable[[], AskedSurvey], *limits: Callable[[], None]) -> WsgiResponse:
    """Leads to the page that thanks; the form again with what was chosen where it is refused."""
    try:
        check_limits("survey_flooded", *limits)
        shown_survey = find()
    except Refusal as refusal:
        return _refused(refusal)
    typed = {each.id: request.form.get(each.id, "")[:TYPED_LONGEST] for each in shown_survey.questions}
    try:
        answer_survey(database(), shown_survey, _given(shown_survey, typed, page.language()))
    except Refusal as refusal:
        if refusal.code in ("survey_answered", "survey_is_over"):
            return _refused(refusal)
        return _questions_page(shown_survey, typed, refusal)
    return redirect(f"{PLACE}/merci?lang={page.language()}", 303)


def _given(shown_survey: AskedSurvey, typed: dict[str, str], language: str) -> GivenAnswers:
    spoken = language if language in shown_survey.row.languages else shown_survey.row.languages[0]
    return GivenAnswers(typed, base_of(spoken), request.form.get("formulaire", "")[:64])


def _questions_page(
    shown_survey: AskedSurvey, typed: dict[str, str], refusal: Refusal | None = None
) -> Response:
    page.speak_one_of(shown_survey.row.languages)
    language = page.language()
    if shown_survey.row.outside:
        host = urlsplit(shown_survey.row.outside).hostname
        return _page(
            "public_surveys/outside.html",
            _languages_of(shown_survey),
            asked=shown_survey,
            hall_name=_hall_name(shown_survey),
            host=host,
        )
    response = _page(
        "public_surveys/survey.html",
        _languages_of(shown_survey),
        asked=shown_survey,
        is_of_agents=shown_survey.row.audience == Audience.AGENTS,
        hall_name=_hall_name(shown_survey),
        direction_of=direction_of,
        typed=typed,
        form=request.form.get("formulaire", "")[:64] or new_token(),
        longest=LONGEST_TEXT,
        kept_until=short_day(texts_kept_until(shown_survey.row.closes_on), language),
        problem=None if refusal is None else refusal_sentence(refusal),
        problem_of=None if refusal is None else refusal.details.get("question"),
    )
    response.status_code = 200 if refusal is None else status_of(refusal)
    return response


def _hall_name(shown_survey: AskedSurvey) -> str:
    return "" if shown_survey.hall is None else database().configuration(shown_survey.hall).name


def _languages_of(shown_survey: AskedSurvey) -> list[Language]:
    return [each for each in offered_languages(database()) if each.code in shown_survey.row.languages]


def _refused(refusal: Refusal) -> Response:
    """A page that says in one sentence why nobody can answer here."""
    said = refusal_sentence(refusal)
    response = _page("public_surveys/refused.html", offered_languages(database()), sentence=said)
    response.status_code = status_of(refusal)
    return response


def _page(template: str, languages: Sequence[Language], **values: object) -> Response:
    links = [{"code": each.code, "name": each.name, "href": f"?lang={each.code}"} for each in languages]
    return make_response(render_template(template, language_links=links, **values))
