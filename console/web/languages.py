"""The words of the pages: English in the templates, other languages as JSON files of sentence to sentence.

Not gettext's compiled catalogues, which want a build step; the interface is gettext's, so that Jinja2 uses it alike.
"""

import json
from functools import cache
from gettext import NullTranslations
from pathlib import Path

LANGUAGES = (("en", "English"), ("de", "Deutsch"))
FOLDER = Path(__file__).parent.parent / "languages"


class Catalogue(NullTranslations):
    """The sentences of one language.

    Attributes:
        language: Its code.
        sentences: English to this language; plurals as `one|many`.
    """

    def __init__(self, language: str, sentences: dict[str, str]) -> None:
        super().__init__()
        self.language = language
        self.sentences = sentences

    def gettext(self, message: str) -> str:
        """A sentence; in English where it has not been translated."""
        return self.sentences.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """A sentence of one or of many."""
        one, _, many = self.sentences.get(f"{msgid1}|{msgid2}", f"{msgid1}|{msgid2}").partition("|")
        return one if n == 1 else many


@cache
def catalogue(language: str) -> Catalogue:
    """A language that there is."""
    file = FOLDER / f"{language}.json"
    return Catalogue(language, json.loads(file.read_text(encoding="utf-8")) if file.exists() else {})


def chosen(preferred: str, accepted: str) -> str:
    """A language that there is: the preferred one, else the first that a browser accepts, else English.

    Args:
        preferred: A code, as a visitor chose it.
        accepted: The header `accept-language`; its order counts, weights do not.
    """
    known = [code for code, _ in LANGUAGES]
    wanted = [preferred, *(item.strip()[:2].lower() for item in accepted.split(","))]
    return next((code for code in wanted if code in known), known[0])
