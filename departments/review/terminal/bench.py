"""What a clerk at a terminal has before them, and what they do with it; slow, to be called in threads."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from departments.desks import ActKind
from departments.review.errors import NoSuchDocument
from departments.review.leases import Claim
from departments.review.queue import Order
from departments.review.recording import ActRequest, Done
from departments.review.reviews import Reviews
from departments.review.texts import Texts
from departments.store.tables import Document
from mailroom.contracts.errors import MailroomError


@dataclass(frozen=True, slots=True)
class Item:
    """A document that is the clerk's.

    Attributes:
        claim: Theirs until when.
        document: As it was when it was taken.
        choices: All labels with their probabilities, the likeliest first; 0 for those that the model does not know.
        waiting: How many documents wait, this one included.
    """

    claim: Claim
    document: Document
    choices: tuple[tuple[str, float], ...]
    waiting: int

    @property
    def present(self) -> str:
        """The label that it has now."""
        return self.document.confirmed_label or self.document.label


@dataclass(frozen=True, slots=True)
class Bench:
    """One clerk's work on the queue.

    Attributes:
        reviews: The queue.
        texts: Reads documents.
        clerk: Who works.
        order: What comes first; None as the settings say.
    """

    reviews: Reviews
    texts: Texts
    clerk: str
    order: Order | None = None

    def next(self) -> Item | None:
        """The next document; None where nothing waits.

        Raises:
            DatabaseUnavailable: The database does not answer.
        """
        claim = self.reviews.claim(self.clerk, order=self.order)
        if claim is None:
            return None
        with self.reviews.store.reading() as session:
            document = session.get(Document, claim.document_id)
        if document is None:
            raise NoSuchDocument("the document has been deleted meanwhile: take the next one")
        choices = _choices(document, self.reviews.rules.departments)
        return Item(claim, document, choices, self.reviews.waiting())

    def text(self, item: Item) -> str:
        """The document's text, or a sentence that says why there is none to be shown."""
        try:
            return self.texts.text_of(item.document) or "(There is no letter on its pages.)"
        except MailroomError as error:
            return f"(Its text cannot be shown: {error})"

    def act(self, item: Item, kind: ActKind, label: str | None = None) -> Done:
        """Decide about a document. Raises what `Reviews.act` does."""
        request = partial(ActRequest, item.document.id, kind, self.clerk, label)
        return self.reviews.act(request(item.claim.token, item.claim.revision))

    def undo(self) -> Done:
        """Undo the clerk's last decision, wherever they made it. Raises what `Reviews.undo` does."""
        return self.reviews.undo(self.clerk)

    def renew(self, item: Item) -> None:
        """The full time again, for a document that is being looked at. Raises what `Reviews.renew` does."""
        self.reviews.renew(self.clerk, item.document.id)

    def give_back(self, item: Item) -> None:
        """Leave a document to others, undecided."""
        self.reviews.release(item.document.id, item.claim.token)


def _choices(document: Document, labels: Iterable[str]) -> tuple[tuple[str, float], ...]:
    scores = {candidate["label"]: float(candidate["score"]) for candidate in document.candidates}
    return tuple(sorted(((label, scores.get(label, 0.0)) for label in labels), key=lambda each: -each[1]))
