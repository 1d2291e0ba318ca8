"""Words of a search in the help: words that say nothing, and words that mean the same.

A word of more than three letters stands for all that begin with it: « famil » is « famille »,
« familles ».
"""

import re

from server.domain.texts import fold_text

SAY_NOTHING = (
    " a au aux ce cette comment d dans de des du elle en est et il je l la le les ma mon ne on ou par"
    " pas plus pour qu que quel quelle qui quoi sa se ses si sont sur trop un une vous an and are at can"
    " do does for how i in is it my not of on or the there to too what when where who with you"
    " "
)
SAME_MEANING: tuple[tuple[str, ...], ...] = (
    ("famil", "venues ensemble", "lier", "couple", "proche", "group", "linked", "link"),
    ("midi", "dejeuner", "repas", "coupure", "pause", "lunch", "break"),
    ("retard", "tardive", "late"),
    ("rendez vous", "rdv", "convocation", "appointment"),
    ("handicap", "fauteuil", "plain pied", "step free", "wheelchair", "mobilite"),
    ("sourd", "malentendant", "muet", "langue des signes", "deaf", "sign language"),
    ("aveugle", "malvoyant", "lecteur d ecran", "guidage", "blind", "spoken guidance"),
    ("traducteur", "interprete", "interpreter", "translator"),
    ("bourrage", "coince", "panne", "paper jam", "jammed"),
    ("annuler", "defaire", "corriger", "erreur", "trompe", "undo", "mistake"),
    ("perdu", "retrouver", "egare", "lost", "find"),
    ("fort", "volume", "son", "bruit", "loud", "sound"),
    ("fermer", "arreter", "suspendre", "cloture", "close", "stop"),
    ("transferer", "reorienter", "renvoyer", "redirect", "transfer"),
    ("absent", "ne repond pas", "no show"),
    ("ecran", "television", "screen"),
    ("affluence", "monde", "bonde", "foule", "crowd", "busy"),
    ("enfant", "enceinte", "priorit", "urgent", "priority"),
)


def meanings(query: str, most: int) -> list[tuple[str, ...]]:
    """The words of a search that say something, each with those of the same meaning; at most so many."""
    words = list(dict.fromkeys(plain_words(query).replace("rendez vous", "rdv").split()))
    told = [word for word in words if f" {word} " not in SAY_NOTHING] or words
    return [_alike(word) for word in told[:most]]


def _alike(word: str) -> tuple[str, ...]:
    root = word[:-1] if len(word) > 4 and word[-1] in "sx" else word
    for group in SAME_MEANING:
        if any(
            root == each or (min(len(root), len(each)) > 3 and _is_one_word(root, each)) for each in group
        ):
            return (root, *group)
    return (root,)


def _is_one_word(root: str, other: str) -> bool:
    """Whether one begins the other, as « famil » and « famille »; a short one is the whole word."""
    if min(len(root), len(other)) <= 3:
        return root == other
    return root.startswith(other) or other.startswith(root)


def plain_words(text: str) -> str:
    """The words in small letters without accents or signs, between single spaces."""
    return " ".join(re.findall(r"[a-z0-9_]+", fold_text(text)))
