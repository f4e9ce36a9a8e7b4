"""The text of a mail's body."""

from collections.abc import Iterator, Sequence
from email.message import Message

from mailroom.extract import html
from mailroom.extract.encodings import decode_as
from mailroom.extract.mail_replies import written
from mailroom.extract.mail_structure import Block, content_of
from mailroom.extract.results import Limits

# "This mail is best viewed as HTML": what some programs put for a plain form.
_PLACEHOLDER_LETTERS = 200
_SAYS_MUCH_MORE = 3


def text_of(blocks: Sequence[Block], subject: str, limits: Limits) -> str:
    """What the sender wrote: the body's stretches one after the other, without quoted mails and signatures.

    Work ends once there are as many characters as `limits.max_characters`.
    """
    return written("\n\n".join(_until_enough(blocks, limits.max_characters)), subject)


def _until_enough(blocks: Sequence[Block], enough: int) -> Iterator[str]:
    characters = 0
    for block in blocks:
        if characters >= enough:
            return
        text = _block_text(block).strip()
        if text:
            yield text
            characters += len(text)


def _block_text(block: Block) -> str:
    plain = "\n\n".join(map(_plain, block.plain))
    letters = _letters(plain)
    if not block.html or letters > _PLACEHOLDER_LETTERS:
        return plain
    rich = "\n\n".join(map(_rich, block.html))
    return rich if _letters(rich) > letters * _SAYS_MUCH_MORE else plain


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _plain(leaf: Message) -> str:
    return decode_as(content_of(leaf), leaf.get_content_charset())


def _rich(leaf: Message) -> str:
    return html.visible_text(_plain(leaf))
