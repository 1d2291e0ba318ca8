"""The letter that carries a person's link, and the form that sends it.

The address is nowhere but in that letter: no row, no fact and no log has it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import request
from werkzeug.exceptions import TooManyRequests

from server.domain.texts import Letter, is_email
from server.ids import new_id
from server.usecases.people.invitations import Invitation
from server.web.rendering.viewer import Sentence

LONGEST_TYPED = 300


@dataclass(frozen=True, slots=True)
class LetterPost:
    """How letters leave: `send` answers the code of why one did not, None when it did.

    `send` is None where no mail server is set; `slow` bounds how many one person sends.
    """

    send: Callable[[Letter], str | None] | None
    slow: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLetter:
    """The form and its outcome: a `sentence`, about the address or about the whole form."""

    address: str = ""
    sentence: str = ""
    is_sent: bool = False
    is_of_address: bool = False
    status: int = 200


@dataclass(frozen=True, slots=True, repr=False)
class LetterContent:
    """The content of the letter: whose link, its whole address, its end (`until` writes it in a language)."""

    invitation: Invitation
    link: str
    organisation: str
    until: Callable[[str], str]


def typed_letter() -> LinkLetter:
    """The form of this request."""
    return LinkLetter(address=request.form.get("address", "")[:LONGEST_TYPED].strip())


def sent_letter(post: LetterPost, form: LinkLetter, handed: LetterContent, say: Sentence) -> LinkLetter:
    """The form after its letter was sent, in the recipient's language, or with the reason why it was not."""
    if not is_email(form.address):
        return replace(form, sentence=say("refusal.bad_recipient"), is_of_address=True, status=422)
    try:
        post.slow()
    except TooManyRequests:
        return replace(form, sentence=say("refusal.too_many_requests"), status=429)
    letter = letter_of(handed, form.address, Sentence(say.translate, handed.invitation.language))
    failure = "email_off" if post.send is None else post.send(letter)
    if failure is not None:
        why = say(f"alarms.failure.{failure}")
        return replace(form, sentence=say("people.letter.failed", why=why))
    return replace(form, sentence=say("people.letter.sent", address=form.address), is_sent=True)


def letter_of(handed: LetterContent, address: str, say: Sentence) -> Letter:
    """The letter, in the language of `say`."""
    person, why = handed.invitation, "new" if handed.invitation.is_new else "renewed"
    lines = [
        say("people.letter.hello", name=person.display_name),
        "",
        say(f"people.letter.{why}", organisation=handed.organisation),
        say("people.letter.login", login=person.login),
        "",
        say("people.letter.choose"),
        handed.link,
        "",
        say("people.letter.once", at=handed.until(say.language)),
        say("people.letter.unexpected"),
        "",
    ]
    subject = say(f"people.letter.subject.{why}", organisation=handed.organisation)
    return Letter(id=new_id(), address=address, subject=subject, text="\n".join(lines))
