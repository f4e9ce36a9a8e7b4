"""What the sender of a mail wrote: without the mail that is answered, and without the signature.

Quotes are found by quotequail, signatures by the rules of mail-parser-reply. Both take quadratic time on text that is
made for it, so they are shown a bounded number of lines, each cut short.

A forwarded mail is what the sender wants to be read, and stays. An answer of a few words means nothing without what
it answers: it keeps the quote.
"""

import functools
import re

_MOST_LINES = 400
"""A quote is looked for within so many lines after its first mark."""
_LINE_SHOWN = 300
_FEWEST_LETTERS = 20
_FEWEST_LETTERS_SIGNED = 10
_SIGNATURE_WITHIN = 1500

# Without one of these there is no quote, and quotequail, which tries forty patterns on every line, is not asked: marks
# of quotes, rules, a sentence that introduces a quote, on two lines at most, and the sender's line of a quoted heading.
_MAY_QUOTE = re.compile(
    r"^(?:>|_{32}$|---+ ?[^\W\d_].{0,60}---+$)"
    r"|^(?:On|Am|Le|El|Den|Em|Op|.{0,80}написал)\b.{0,300}(?:\n.{0,300})?:$"
    r"|^(?:Begin|Anfang|Début|Inicio|Forwarded|Mensaje|Vidare|Door|Origin|Ursprüng|Oorspr|Message|Перес).{0,40}:$"
    r"|^\d{4}/\d{1,2}/\d{1,2} "
    r"|^\*?(?:From|Von|De|Från|Van|От кого) ?:",
    re.MULTILINE,
)
_BLANK_LINES = re.compile(r"\n{3,}")
_ANSWER = re.compile(
    r"[ \t]*(?:re|aw|antw|antwort|sv|vs|odp|ref|rif|r|回复|答复)[ \t]*(?:\[\d+\])?[:：]",  # noqa: RUF001
    re.IGNORECASE,
)
# Not Danish and Swedish, whose rules are beginnings of words in other languages ("Tak", "/").
_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "cs")


def written(body: str, subject: str) -> str:
    """The part of a mail's body that its sender wrote.

    Args:
        body: Plain text, as the mail has it or as its HTML is laid out.
        subject: Of the mail; "Re:" tells an answer from a forwarded mail where the body cannot.
    """
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    text = _BLANK_LINES.sub("\n\n", "\n".join(map(str.strip, lines))).strip("\n")
    return _without_signature(_without_quote(text, is_answer=_ANSWER.match(subject) is not None)).strip()


def _without_quote(text: str, *, is_answer: bool) -> str:
    mark = _MAY_QUOTE.search(text)
    if mark is None:
        return text
    import quotequail  # noqa: PLC0415

    lines = text.split("\n")
    # What stands before the first mark is the sender's own.
    first = text.count("\n", 0, mark.start())
    shown = lines[first : first + _MOST_LINES]
    found = quotequail.unwrap("\n".join(line[:_LINE_SHOWN].rstrip() for line in shown))
    if found is None or not (found["type"] == "reply" or (found["type"] == "forward" and is_answer)):
        return text
    top = lines[: first + _line_count(found.get("text_top"))]
    below = _line_count(found.get("text_bottom")) if first + len(shown) == len(lines) else 0
    bottom = [line for line in lines[len(lines) - below :] if not line.startswith(">")]
    own = "\n".join([*top, *bottom])
    return own if _letters(own) >= _FEWEST_LETTERS else text


def _without_signature(text: str) -> str:
    start = max(0, len(text) - _SIGNATURE_WITHIN)
    found = _signature().search(text, start)
    own = text[: found.start()] if found else text
    return own if _letters(own) >= _FEWEST_LETTERS_SIGNED else text


def _line_count(text: str | None) -> int:
    return text.count("\n") + 1 if text else 0


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


@functools.cache
def _signature() -> re.Pattern[str]:
    from mailparser_reply import EmailMessage  # noqa: PLC0415

    rules: re.Pattern[str] = EmailMessage("", list(_LANGUAGES), keep_hyphen_lists=True).SIGNATURE_REGEX
    return rules
