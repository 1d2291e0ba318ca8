"""The limit of open files and connections of a server."""

import resource
from contextlib import suppress

from server.domain.refusals import Refusal

ENOUGH_FILES = 65_536
"""The limit that a server sets, for connections, database and files. An unused one costs nothing."""
FEWEST_FILES = 4_096
"""Below this limit, strangers who keep connections open could stop the server."""


def allow_open_files() -> int:
    """Raises the limit of open files of this process and its children as far as possible; returns the limit.

    Refusal: too_few_files.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    ends_at = ENOUGH_FILES if hard == resource.RLIM_INFINITY else max(hard, FEWEST_FILES)
    enough = max(soft, min(ENOUGH_FILES, ends_at))
    if enough > soft:
        with suppress(ValueError, OSError):  # only root may raise the hard limit
            resource.setrlimit(resource.RLIMIT_NOFILE, (enough, max(enough, hard)))
    found = open_files()
    if found < FEWEST_FILES:
        raise Refusal("too_few_files", files=found, fewest=FEWEST_FILES)
    return found


def open_files() -> int:
    """How many files and connections this process may have open."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
