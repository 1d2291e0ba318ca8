"""The words of a bulletin, cut for a screen. Pure."""

from html import escape

from server.domain.bulletins.messages import BulletinText


def shorten(text: str, longest: int) -> str:
    """A text of at most `longest` characters; a longer one ends after a word with « … »."""
    if len(text) <= longest:
        return text
    return text[:longest].rsplit(" ", 1)[0][: longest - 1].rstrip(" ,;:.") + "…"


def title_of(text: BulletinText, longest: int) -> str:
    """The headline of a bulletin, else the name of what happens."""
    return shorten(text.headline or text.event, longest)


def alert_text_of(text: BulletinText, longest: int) -> str:
    """What to do, else what happens, in one sentence."""
    return shorten(text.instruction or text.description or text.event, longest)


def notice_body_of(text: BulletinText, source: str, longest: int) -> str:
    """What happens, what to do, and who says so, as paragraphs of HTML of at most `longest` letters."""
    room = longest - len(source)
    instruction = shorten(text.instruction, room * 2 // 3)
    description = shorten(text.description, room - len(instruction))
    paragraphs = [description, instruction, source]
    return "".join(f"<p>{escape(each, quote=False)}</p>" for each in paragraphs if each)
