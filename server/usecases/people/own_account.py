"""What a person does with their own account: another password, another language."""

from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.refusals import Refusal
from server.store.people.accounts import account_row, set_language
from server.store.transactions.database import Database
from server.usecases.people.accounts import check_language, keep_password, personal_words
from server.usecases.people.passwords import check_password, hash_password, names_of_office
from server.usecases.people.sign_in import Attempt, prove


def change_own_password(database: Database, attempt: Attempt, new: str, *, session: str) -> None:
    """Another password, by whoever knows the present one; the other sessions of the account end.

    Refusals: those of `prove` and `check_password`.
    """
    account = prove(database, attempt)
    with database.read() as rows:
        check_password(new, [*personal_words(account), *names_of_office(rows)])
    kept = hash_password(new)
    with database.installation_transaction(Author(account.id)) as transaction:
        keep_password(transaction, account.id, kept, but=session)


def choose_own_language(database: Database, author: Author, language: str) -> None:
    """The language of the author's pages and letters from now on.

    Refusals: wrong_language, unknown_account.
    """
    check_language(language)
    with database.installation_transaction(author) as transaction:
        row = account_row(transaction, author.person_id)
        if row is None:
            raise Refusal("unknown_account")
        if row.language == language:
            return
        set_language(transaction, row.id, language)
        transaction.record(of_kind(FactKind.ACCOUNT_DESCRIBED, account=row.id, changed=["language"]))
