"""The document itself, out of the store of originals."""

from typing import BinaryIO

from departments.delivery.errors import NotDelivered
from departments.delivery.messages import Facts
from mailroom import large_objects
from mailroom.contracts.errors import MalformedRecord
from mailroom.objects import ObjectStore, StoreUnavailable


class Originals:
    """Originals by the documents that they are of.

    Args:
        store: Where they are kept.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def read(self, facts: Facts) -> bytes | None:
        """A document's bytes, or None where they were not kept.

        Raises:
            NotDelivered: They are missing, or the store cannot be read now.
        """
        if facts.dataref is None:
            return None
        try:
            return self._store.get(facts.dataref, sha256=facts.sha256)
        except (MalformedRecord, StoreUnavailable) as error:
            raise NotDelivered(str(error)) from error

    def copy(self, facts: Facts, into: BinaryIO) -> bool:
        """Copy a document's bytes, of any number, into a file; say whether they were kept.

        Raises:
            NotDelivered: They are missing, or the store cannot be read now; what was written is not to be used.
        """
        if facts.dataref is None:
            return False
        try:
            large_objects.fetch(self._store, facts.sha256, into)
        except (MalformedRecord, StoreUnavailable) as error:
            raise NotDelivered(str(error)) from error
        return True
