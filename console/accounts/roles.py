"""What each role may do, and which documents it may see."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an account is for."""

    READER = "reader"
    CLERK = "clerk"
    REVIEWER = "reviewer"
    OPERATOR = "operator"


class Permission(StrEnum):
    """One thing that a page lets somebody do."""

    SEE = "see"
    """Look at documents: a clerk at those of the own departments, others at all."""
    UPLOAD = "upload"
    """Put documents in."""
    ACT = "act"
    """Say what becomes of a document at a desk: not ours, another label, handled."""
    REVIEW = "review"
    """Decide in the queue."""
    OPERATE = "operate"
    """See dead letters, models and settings, and send dead letters again."""


ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.READER: frozenset({Permission.SEE}),
    Role.CLERK: frozenset({Permission.SEE, Permission.UPLOAD, Permission.ACT}),
    Role.REVIEWER: frozenset({Permission.SEE, Permission.UPLOAD, Permission.ACT, Permission.REVIEW}),
    Role.OPERATOR: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account.

    Attributes:
        name: The account's.
        role: What it is for.
        departments: Of a clerk: whose documents are the clerk's; nobody else's role needs any.
    """

    name: str
    role: Role
    departments: tuple[str, ...] = ()

    def may(self, permission: Permission) -> bool:
        """Whether the role allows something."""
        return permission in ALLOWED[self.role]

    @property
    def desks(self) -> tuple[str, ...] | None:
        """The desks whose documents this person may see; None for all."""
        return self.departments if self.role is Role.CLERK else None

    def sees(self, desk: str, department: str) -> bool:
        """Whether a document is this person's to see: it lies at an own desk, or was classified for it.

        A clerk keeps seeing what was sent on as not theirs, or nobody could tell what became of it.
        """
        return self.desks is None or desk in self.desks or department in self.desks
