"""The database: one transaction, then publish.

`Database.transaction(hall, author)` takes the hall's write lock, lets a use case record facts, commits, and
only then tells the subscribers. A subscriber that fails is logged and counted; it never fails the write.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from time import sleep

import structlog

from server.clock import Clock, FactTimes
from server.domain.author import Author
from server.domain.hall.configuration import HallConfiguration
from server.domain.refusals import Refusal
from server.store.configuration import halls
from server.store.engine.postgres import PostgresStore
from server.store.engine.statements import Rows
from server.store.engine.stores import SqliteStore, open_store
from server.store.engine.writes import FirstAnswer, WriteKey
from server.store.installation import lock_installation
from server.store.transactions.group_commit import GroupCommit, HallWrites, WriteTurn
from server.store.transactions.hall_transaction import Commit, HallTransaction, Subscriber
from server.store.transactions.installation_transaction import InstallationTransaction, begin_installation
from server.store.transactions.memory import HallMemory, Pseudonyms
from server.store.visits.open_legs import OpenLegs
from server.store.visits.tickets import TicketTokens, of_press

log = structlog.get_logger()

AWAY_STEP_S = 1.0


def once_it_answers[Answer](work: Callable[[], Answer]) -> Answer:
    """What `work` returns, tried again after AWAY_STEP_S as long as the database is away."""
    while True:
        try:
            return work()
        except Refusal as refusal:
            if refusal.code != "database_busy":
                raise
            log.warning("database_away", reason=refusal.details.get("reason"))
            sleep(AWAY_STEP_S)


class Database:
    """Every hall of one database, its journals and its documents."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.url = url
        self.clock = clock
        self.store: SqliteStore | PostgresStore = open_store(url)
        self.times = FactTimes(clock)
        self.subscribers: list[Subscriber] = []
        self.breathe: Callable[[], None] = lambda: None
        """Lets other work through before a commit: who then waits for the hall shares it."""
        self.failed_publications = 0
        self.installation_changes = 0
        """How often this process learnt of changed accounts, devices or keys: what it keeps is read anew."""
        self.configurations = halls.Configurations(clock)
        self.pseudonyms = Pseudonyms(self.store, clock)
        self.ticket_tokens = TicketTokens()
        """A server or a command gives it the installation's key (`server.store.operation.private_files`)."""
        self._halls: dict[str, str] = {}
        self._counters: dict[str, str] = {}
        self._memories: dict[str, HallMemory] = {}
        self._turns: dict[str, GroupCommit] = {}

    def close(self) -> None:
        """Closes every connection."""
        self.store.close()

    def read(self) -> AbstractContextManager[Rows]:
        """Rows to read, as a context; each statement sees what is committed then."""
        return self.store.read()

    def hall_id(self, name: str) -> str:
        """The id of a hall given by id or slug. Refusal: unknown_hall."""
        hall = self._halls.get(name)
        if hall is None:
            with self.read() as rows:
                hall = halls.hall_named(rows, name)
            if hall is None:
                raise Refusal("unknown_hall", hall=name)
            self._halls[name] = hall
        return hall

    def hall_of_counter(self, counter: str) -> str:
        """The id of the hall of a counter, which never changes. Refusal: unknown_counter."""
        hall = self._counters.get(counter)
        if hall is None:
            with self.read() as rows:
                hall = halls.hall_of_counter(rows, counter)
            if hall is None:
                raise Refusal("unknown_counter", counter=counter)
            self._counters[counter] = hall
        return hall

    def configuration(self, hall: str) -> HallConfiguration:
        """A hall's configuration in force: as published, with the targets of today. Refusal: unknown_hall."""
        return self._configuration(hall, self.configurations.of)

    def every_configuration(self) -> dict[str, HallConfiguration]:
        """The configurations in force of the halls that have one, by id, in the order of their slugs."""
        with self.read() as rows:
            every = halls.all_halls(rows)
            return {hall.id: self.configurations.of(rows, hall) for hall in every if hall.is_configured}

    def published(self, hall: str) -> HallConfiguration:
        """A hall's configuration as published, whatever targets were decided. Refusal: unknown_hall."""
        return self._configuration(hall, self.configurations.published)

    def _configuration(
        self, hall: str, of: Callable[[Rows, halls.HallRow], HallConfiguration]
    ) -> HallConfiguration:
        hall_id = self.hall_id(hall)
        with self.read() as rows:
            row = halls.hall_row(rows, hall_id)
            if row is None:
                raise Refusal("unknown_hall", hall=hall)
            return of(rows, row)

    def _memory(self, hall: str) -> HallMemory:
        return self._memories.setdefault(hall, HallMemory())

    def _turns_of(self, hall: str) -> GroupCommit:
        def forget() -> None:
            self._memory(hall).forget()
            self.configurations.forget_targets(hall)

        turns = self._turns.get(hall)
        if turns is None:
            writes = HallWrites(
                lock=halls.locking_hall(hall),
                begin=lambda: self.store.write(),  # noqa: PLW0108 -- what it is then
                breathe=lambda: self.breathe(),  # noqa: PLW0108 -- set later
                write_hall=halls.write_head,
                forget=forget,
            )
            turns = self._turns.setdefault(hall, GroupCommit(writes))
        return turns

    def waiting_writers(self, hall: str) -> int:
        """How many transactions of this process wait to write in a hall (id)."""
        return self._turns_of(hall).waiting

    def remembered_legs(self, hall: str) -> OpenLegs | None:
        """The open legs of a hall (id) as the next transaction will find them; None: it will read them."""
        return self._memory(hall).open_legs

    def open_legs(self, rows: Rows, hall: halls.HallRow) -> OpenLegs:
        """The open legs of a hall without its lock, at the version of the row `hall` or later.

        They may include uncommitted changes of this process: never decide on them.
        """
        legs = self.remembered_legs(hall.id)
        if legs is not None and legs.length >= hall.journal_length:
            return legs
        return OpenLegs.read(rows, hall)

    def write[Answer](
        self,
        hall: str,
        author: Author,
        write_key: WriteKey | None,
        work: Callable[[HallTransaction], Answer],
        *,
        presses: Sequence[str] = (),
    ) -> Answer:
        """What `work` answers in a transaction of a hall; a request sent twice is done once.

        The answer (JSON) is kept under the write key. The same request again gets it, and `work` does not
        run. `presses`: as `press` of `write_or_repeat`. Refusals: idempotency_mismatch, those of
        `transaction` and of the work.
        """
        with self.transaction(hall, author, write_key, presses) as transaction:
            return transaction.answer_once(work)

    def write_or_repeat[Answer, Kept](
        self,
        hall: str,
        author: Author,
        write_key: WriteKey | None,
        work: Callable[[HallTransaction], FirstAnswer[Answer, Kept]],
        *,
        repeated: Callable[[HallTransaction, Kept], Answer],
        press: str | None = None,
        is_configured: bool = True,
    ) -> Answer:
        """As `write`, where the work says itself what is kept, and `repeated` makes the later answers of it.

        `press`: that of a visitor for a ticket, which is another key of the request: no request that shares a
        commit with it knows of it before. `is_configured`: as of `transaction`.
        """
        presses = () if press is None else (press,)
        with self.transaction(hall, author, write_key, presses, is_configured=is_configured) as transaction:
            return transaction.answer_or_repeat(work, repeated)

    def write_installation[Answer](
        self,
        author: Author,
        write_key: WriteKey | None,
        work: Callable[[InstallationTransaction], Answer],
    ) -> Answer:
        """As `write`, in a transaction of the installation."""
        with self.installation_transaction(author, write_key) as transaction:
            return transaction.answer_once(work)

    def write_installation_or_repeat[Answer, Kept](
        self,
        author: Author,
        write_key: WriteKey | None,
        work: Callable[[InstallationTransaction], FirstAnswer[Answer, Kept]],
        *,
        repeated: Callable[[InstallationTransaction, Kept], Answer],
    ) -> Answer:
        """As `write_or_repeat`, in a transaction of the installation."""
        with self.installation_transaction(author, write_key) as transaction:
            return transaction.answer_or_repeat(work, repeated)

    @contextmanager
    def installation_transaction(
        self, author: Author, write_key: WriteKey | None = None
    ) -> Iterator[InstallationTransaction]:
        """A transaction under the installation's write lock; commits at the end. Refusal: database_busy."""
        with self.store.write() as rows:
            transaction = begin_installation(rows, author, self.clock.now(), write_key)
            yield transaction
            transaction.flush()
        self.installation_changes += 1
        self.pseudonyms.forget()

    @contextmanager
    def one_publication(self) -> Iterator[None]:
        """A lock against any other publication or save of a draft: checks of documents stay true inside it.

        Take it before a hall's lock. On SQLite it does nothing: there is only one writer.
        """
        if not self.store.is_postgresql:
            yield
            return
        with self.store.write() as rows:
            lock_installation(rows)
            yield

    @contextmanager
    def transaction(
        self,
        hall: str,
        author: Author,
        write_key: WriteKey | None = None,
        presses: Sequence[str] = (),
        *,
        is_configured: bool = True,
    ) -> Iterator[HallTransaction]:
        """A transaction under the hall's write lock; commits at the end, then publishes. `hall`: id or slug.

        Without a write key: `write` is for requests. `is_configured` is False where the hall may have no
        configuration yet: it is never read. Refusals: unknown_hall, database_busy.
        """
        hall_id = self.hall_id(hall)
        reads = [] if write_key is None else [write_key.answer()]
        reads.extend(map(of_press, presses))
        with self._turns_of(hall_id).take_turn(reads, is_alone=not is_configured) as turn:
            transaction = self._begin(turn, hall_id, author, write_key)
            transaction.keep_found(reads, turn.found)
            transaction.replay()
            if is_configured:
                transaction.configuration = self.configurations.of(transaction.rows, transaction.row)
            try:
                yield transaction
            except BaseException:
                transaction.take_back()
                raise
            transaction.write_last()
            transaction.lead_memory()
            turn.commit.hall = transaction.row_left
        if transaction.committed:
            self._publish(transaction)

    def _begin(
        self, turn: WriteTurn, hall: str, author: Author, write_key: WriteKey | None
    ) -> HallTransaction:
        row = turn.commit.hall
        if row is None:
            raise Refusal("unknown_hall", hall=hall)
        now, is_suspect = self.times.instant_for(hall, row.last_recorded_at)
        return HallTransaction(
            rows=turn.commit.rows,
            is_shared=turn.commit.is_shared,
            row=row,
            memory=self._memory(hall),
            now=now,
            author=author,
            is_clock_suspect=is_suspect,
            write_key=write_key,
        )

    def _publish(self, transaction: HallTransaction) -> None:
        commit = Commit(
            transaction.hall,
            transaction.row.slug,
            transaction.epoch,
            transaction.version,
            tuple(transaction.committed),
            getattr(transaction, "configuration", None),
            frozenset(transaction.printers),
        )
        for subscriber in self.subscribers:
            try:
                subscriber(commit)
            except Exception:
                self.failed_publications += 1
                log.exception("publication_failed", hall=commit.slug, version=commit.version)
