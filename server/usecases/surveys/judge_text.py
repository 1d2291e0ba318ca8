"""Read the free texts of a survey, and decide about each: show it, take something out, hide it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from server.domain.refusals import Refusal
from server.domain.surveys.campaigns import LONGEST_TEXT
from server.domain.texts import MarkKind, Piece, mark_kinds, pieces_of
from server.store.surveys import TextRow, keep_decision, locked_text_row, texts_of
from server.store.transactions.database import Database
from server.usecases.reports.reports import Sites
from server.usecases.surveys.find_survey import are_results_read, find_survey, own_halls, today_of


class TextState(StrEnum):
    """Nobody has read a text; a person shows it to others; a person hides it."""

    UNREAD = "unread"
    SHOWN = "shown"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class ReadText:
    """A free text with what to look at. `hall`: id."""

    row: TextRow
    pieces: Sequence[Piece]
    marks: Sequence[MarkKind]

    @property
    def digest(self) -> str:
        """Tells these words from others: a decision is about words that somebody has read."""
        return _digest(self.row.text)


@dataclass(frozen=True, slots=True)
class TextDecision:
    """What a person decided about a text (id) of a survey.

    `words`: what is left of it; "" leaves it as it is. `read`: the digest of the words that the person had
    read. `is_checked`: the person says that its marks name nobody.
    """

    text: str
    state: str
    words: str
    read: str
    is_checked: bool = False


def judge_text(database: Database, typed: TextDecision, *, sites: Sites) -> None:
    """Keeps the decision about a text. What is taken out of it is kept nowhere.

    Refusals: unknown_survey_text, bad_text_decision, survey_text_too_long, survey_text_marked;
    survey_text_moved where somebody else has changed its words since they were read.
    """
    if typed.state not in (TextState.SHOWN, TextState.HIDDEN):
        raise Refusal("bad_text_decision")
    left = typed.words.strip().replace("\r\n", "\n")
    if len(left) > LONGEST_TEXT:
        raise Refusal("survey_text_too_long", longest=LONGEST_TEXT)
    with database.store.write() as rows:
        found = locked_text_row(rows, typed.text)
        if found is None:
            raise Refusal("unknown_survey_text")
        survey = find_survey(database, rows, found.survey, sites)
        if found.hall is not None and found.hall not in own_halls(database, survey, sites):
            raise Refusal("unknown_survey_text")
        kept = left or found.text
        if (found.state, found.text) == (typed.state, kept):
            return  # pressed twice
        if typed.read != _digest(found.text):
            raise Refusal("survey_text_moved")
        if typed.state == TextState.SHOWN and mark_kinds(kept) and not typed.is_checked:
            raise Refusal("survey_text_marked")
        is_edited = found.is_edited or kept != found.text.replace("\r\n", "\n")
        keep_decision(rows, typed.text, state=typed.state, words=kept, is_edited=is_edited)


def _digest(words: str) -> str:
    return sha256(words.encode()).hexdigest()[:16]


def read_texts(database: Database, survey: str, *, sites: Sites) -> list[ReadText]:
    """Every text of a survey at these sites, those that nobody has read first; of agents after the close.

    Refusal: unknown_survey.
    """
    with database.read() as rows:
        found = find_survey(database, rows, survey, sites)
        halls = own_halls(database, found, sites)
        is_read = are_results_read(found, today_of(database, found))
        texts = [
            each
            for each in (texts_of(rows, survey) if is_read else ())
            if each.hall is None or each.hall in halls
        ]
    texts.sort(key=lambda each: list(TextState).index(TextState(each.state)))
    return [ReadText(each, pieces_of(each.text), mark_kinds(each.text)) for each in texts]


def shown_texts(database: Database, survey: str, *, sites: Sites) -> list[TextRow]:
    """The texts of a survey at these sites that a person has let others read. Refusal: unknown_survey."""
    return [
        each.row for each in read_texts(database, survey, sites=sites) if each.row.state == TextState.SHOWN
    ]
