"""Which objects the departments still need, whatever the log has forgotten since."""

from collections.abc import Iterator

from sqlalchemy import select

from departments.desks import State
from departments.store.engine import FILE_NAME, Store, open_store
from departments.store.tables import Act, Document, Refusal
from mailroom.contracts.records import Record
from mailroom.originals.references import digests
from mailroom.settings import Settings, home

BATCH = 1_000


def needed_objects(settings: Settings) -> Iterator[str]:
    """The digests of all objects that the departments' database refers to; none where there is no such database.

    Raises:
        UsageError: The database's URL cannot be right.
        DatabaseUnavailable: It does not answer, so that nobody can know.
    """
    if settings.desks.database is None and not (home() / FILE_NAME).exists():
        return
    store = open_store(settings.desks)
    try:
        yield from needed(store)
    finally:
        store.close()


def needed(store: Store) -> Iterator[str]:
    """The originals of documents that are not handled, texts of acts that are not published, what refusals name."""
    open_ones = select(Document.sha256).where(Document.state != State.HANDLED.value)
    texts = select(Act.text_sha256).where(Act.published.is_(False), Act.text_sha256.is_not(None))
    originals = (
        select(Document.sha256).join(Act, Act.document_id == Document.id).where(Act.published.is_(False))
    )
    with store.reading() as session:
        for query in (open_ones, texts, originals):
            for digest in session.scalars(query.execution_options(yield_per=BATCH)):
                yield str(digest)
        for refusal in session.scalars(select(Refusal).execution_options(yield_per=BATCH)):
            yield from digests(Record(refusal.topic, None, refusal.value))
