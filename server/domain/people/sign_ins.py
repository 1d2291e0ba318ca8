"""Sign-ins: delays after failed ones, the name of the browser, and the words that guessers try first. Pure.

A few tries are free, then each takes longer; no account is ever locked out (docs/rules/accounts.md).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

_ONCE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class SignInPace:
    """`free` failures cost nothing; each one after them doubles the wait, from 2 s to `longest`.

    After each `forgiven_after` without a failure one is forgotten.
    """

    free: int
    longest: timedelta
    forgiven_after: timedelta


PACES = {
    "browser": SignInPace(10, timedelta(minutes=1), timedelta(minutes=5)),
    "pair": SignInPace(5, timedelta(minutes=15), timedelta(minutes=15)),
    "login": SignInPace(20, timedelta(minutes=15), timedelta(minutes=15)),
    "address": SignInPace(30, timedelta(minutes=15), timedelta(minutes=1)),
}
"""Failures are counted by: a browser that its person has used before, a login from one address, a login
from anywhere, an address with any login. A known browser is counted only as such, so that somebody who
guesses from elsewhere never keeps its owner out.
"""


@dataclass(frozen=True, slots=True)
class Failures:
    """The number of failures, the last one, and until when the next try is refused unread."""

    count: int
    failed_at: datetime
    blocked_until: datetime

    def wait_s(self, now: datetime) -> int:
        """Seconds until the next try is accepted for checking, rounded up; 0: now."""
        return max(0, -((now - self.blocked_until) // timedelta(seconds=1)))


def failed_again(before: Failures | None, pace: SignInPace, now: datetime) -> Failures:
    """The failures after one more."""
    kept = 0
    if before is not None:
        forgiven = max(timedelta(0), now - before.failed_at) // pace.forgiven_after
        kept = max(0, before.count - forgiven)
    count = kept + 1
    return Failures(count, now, now + _wait(count - pace.free, pace))


def has_just_begun(failures: Failures, pace: SignInPace) -> bool:
    """Whether this failure is the first one that costs a wait."""
    return failures.count == pace.free + 1


def _wait(over: int, pace: SignInPace) -> timedelta:
    if over <= 0:
        return timedelta(0)
    return min(pace.longest, _ONCE * (1 << min(over - 1, 20)))


_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""Words of a user agent, in the order to try: browsers also name those they imitate."""
_SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """The browser and its system, without a version ("Firefox, Windows"); empty when neither is known."""
    found = (
        next((name for mark, name in marks if mark in user_agent), None) for marks in (_BROWSERS, _SYSTEMS)
    )
    return ", ".join(name for name in found if name)


_WORDS = """
azerty azertyuiop qsdfghjklm wxcvbn motdepasse mdp bonjour bonsoir salut soleil marseille doudou loulou
chouchou jetaime monamour amour coucou chocolat nicolas julien camille thomas alexandre pierre sophie
isabelle nathalie christophe philippe caroline sandrine stephane valerie mickael sebastien francois
maman papa bebe famille enfant princesse papillon tigrou minou toutou caramel vanille nounours bisous
vacances football paris lyon lille nantes toulouse bordeaux france vivelafrance bretagne picardie
liberte egalite fraternite liberteegalitefraternite republique marianne prefecture souspref
sousprefecture mairie departement ministere interieur administration administrateur admin accueil
guichet ticket borne ecran bienvenue service bureau agent usager passeport titre permis secret
provisoire temporaire changer changeme nouveau ordinateur internet informatique serveur connexion
utilisateur compte session parvis
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
lundi mardi mercredi jeudi vendredi samedi dimanche printemps automne hiver noel
"""
FRENCH_WORDS: tuple[str, ...] = tuple(_WORDS.split())
