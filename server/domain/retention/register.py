"""The entry for the register of processing (RGPD, article 30): what the site itself must say."""

from collections.abc import Mapping

from server.domain.refusals import Refusal

REQUIRED = ("controller", "dpo", "contact", "legal_basis")
"""Texts without which the entry is not complete: Parvis cannot know them."""
TEXTS = (*REQUIRED, "other_recipients", "site_measures")
LONGEST_TEXT = 600


def checked_texts(typed: Mapping[str, str]) -> dict[str, str]:
    """The texts as they are kept, by name. Refusal: register_text_too_long."""
    texts = {name: typed.get(name, "").replace("\r\n", "\n").strip() for name in TEXTS}
    if any(len(text) > LONGEST_TEXT for text in texts.values()):
        raise Refusal("register_text_too_long", longest=LONGEST_TEXT)
    return texts


def gaps(texts: Mapping[str, str]) -> list[str]:
    """The names of the texts that are missing."""
    return [name for name in REQUIRED if not texts.get(name)]
