"""Passwords of tests cost little: at the product's cost, those of a run would keep a core busy for minutes.

Commands and servers that tests fork take this too; what is started as a person starts it has the real cost.
"""

from argon2 import PasswordHasher

from server.usecases.people import sessions


def make_passwords_cheap() -> None:
    """Lets this process hash and check passwords at next to no cost from now on."""
    sessions.PASSWORDS = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
