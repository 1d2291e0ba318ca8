"""The number on a sheet that shows whether paper was put in the right way round. Pure.

Thermal paper prints on one side. A roll put in backwards feeds, and the printer confirms every job; nothing
is on the paper. Only a person who reads the sheet can tell.
"""

from uuid import UUID

_FEWEST, _HOW_MANY = 100, 900


def check_number(job: str) -> str:
    """The three digits of a print job (a UUID): known from its id, so that nothing is kept."""
    return str(_FEWEST + UUID(job).int % _HOW_MANY)


def is_read(job: str, typed: str) -> bool:
    """Whether somebody read the number of this job, blanks left out."""
    return "".join(typed.split()) == check_number(job)
