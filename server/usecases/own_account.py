"""What a person does with their own account: another password, other sessions ended."""

from server.store.database import Database
from server.store.installation import Author
from server.usecases.accounts import Described, keep_password
from server.usecases.passwords import check_password, hashed, names_of_office
from server.usecases.sign_in import Attempt, prove


def change_own_password(database: Database, attempt: Attempt, new: str, *, session: str) -> None:
    """Another password, by whoever knows the present one; the other sessions of the account end.

    Refusals: those of `prove` and `check_password`.
    """
    account = prove(database, attempt)
    with database.read() as rows:
        names = Described(account["login"], account["display_name"], account["email"] or "").names
        check_password(new, [*names, *names_of_office(rows)])
    kept = hashed(new)
    with database.installation_transaction(Author(account["id"])) as transaction:
        keep_password(transaction, account["id"], kept, but=session)
