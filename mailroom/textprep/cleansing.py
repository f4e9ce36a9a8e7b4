"""`cleanse`: the rules of one prep version, applied until nothing changes, and the language named."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailroom.textprep.language import identify
from mailroom.textprep.versions import PREP_VERSION, Rule, rules_of

# One round repairs nearly every document; a second repairs what the first laid bare (a zero-width space inside
# mojibake, say). The bound keeps text that was built to need thousands of rounds from taking quadratic time.
_MAX_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class CleanText:
    """Cleansed text and what was done to it.

    Attributes:
        text: The cleansed text; may be empty.
        language: ISO 639-1 code, or `und` where there is too little text to tell.
        steps: Names of the rules that changed something, in the order in which they first did.
        prep_version: Version of the rules that were applied.
    """

    text: str
    language: str
    steps: tuple[str, ...]
    prep_version: int


def cleanse(text: str, *, version: int = PREP_VERSION) -> CleanText:
    """Apply the text rules of one prep version and identify the language.

    Any string is accepted, lone surrogates and control characters too; the time is linear in its length.
    Cleansing cleansed text changes nothing (save text built so that every repair uncovers the next: repairs end
    after eight rounds).

    Args:
        text: Text as extracted.
        version: The prep version whose rules to apply; one of `SUPPORTED_PREP_VERSIONS`.

    Raises:
        MalformedRecord: This code does not carry that version (`Reason.UNSUPPORTED_PREP_VERSION`).
    """
    clean, steps = _apply(rules_of(version), text)
    return CleanText(clean, identify(clean), steps, version)


def _apply(rules: Sequence[Rule], text: str) -> tuple[str, tuple[str, ...]]:
    steps: dict[str, None] = {}
    settled: dict[str, str] = {}
    for _ in range(_MAX_ROUNDS):
        before = text
        for rule in rules:
            if settled.get(rule.name) is text:
                continue
            changed = rule.apply(text)
            if changed != text:
                steps[rule.name] = None
                text = changed
            if rule.settles:
                settled[rule.name] = text
        # Only characters beyond ASCII can uncover work for an earlier rule.
        if text == before or text.isascii():
            break
    return text, tuple(steps)
