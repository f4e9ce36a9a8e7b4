"""The rules of each prep version: the code carries the current and the previous one.

A change of what any rule does to any text is a new version: copy the tuple, change the copy, raise
`PREP_VERSION`, and drop the version before the previous one. The golden files in the tests hold each version to
its output.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.textprep import characters, layout, mojibake


@dataclass(frozen=True, slots=True)
class Rule:
    """One text rule.

    Attributes:
        name: For the record.
        apply: A pure function from text to text.
        settles: Whether it finds nothing more to do in what it gave.
    """

    name: str
    apply: Callable[[str], str]
    settles: bool = False


_VERSION_1 = (
    Rule("line-ends", characters.unify_line_ends),
    Rule("mojibake", mojibake.mend),
    Rule("characters", characters.fold),
    Rule("composition", characters.compose),
    Rule("white-space", layout.squeeze, settles=True),
    Rule("hyphenation", layout.join_hyphenated, settles=True),
)

_RULES: Mapping[int, Sequence[Rule]] = MappingProxyType({1: _VERSION_1})

PREP_VERSION: int = max(_RULES)
"""The version that new records and new packages are written with."""

SUPPORTED_PREP_VERSIONS: frozenset[int] = frozenset(_RULES)
"""The versions whose records and packages this code can read."""


def rules_of(version: int) -> Sequence[Rule]:
    """The rules of one prep version, in the order of their application.

    Raises:
        MalformedRecord: This code does not carry that version (`Reason.UNSUPPORTED_PREP_VERSION`).
    """
    try:
        return _RULES[version]
    except KeyError:
        known = ", ".join(map(str, sorted(_RULES)))
        message = f"prep_version {version} is not known here (known: {known}): retrain, or run a release that knows it"
        raise MalformedRecord(Reason.UNSUPPORTED_PREP_VERSION, message) from None
