"""What can be wrong with an act.

ActRefused               the act cannot be done; the message says why, and what to do
├── NoSuchDocument       the document is not there, or not there any more
├── LeaseLost            the document is somebody else's by now, or nobody's
└── StaleDocument        somebody acted on the document since it was looked at
"""

from departments.desks import ActRefused

__all__ = ["ActRefused", "LeaseLost", "NoSuchDocument", "StaleDocument"]


class NoSuchDocument(ActRefused):
    """The document is not there, or not there any more."""


class LeaseLost(ActRefused):
    """The document is somebody else's by now, or nobody's."""


class StaleDocument(ActRefused):
    """Somebody acted on the document since it was looked at."""
