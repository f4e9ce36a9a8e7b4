"""Texts to measure with: letters of 2 KB in ten languages, one sentence of each language over and over."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

SIZE = 2048

_SENTENCES = {
    "en": "We kindly ask you to confirm the delivery date of the {n} goods that we ordered last week.",
    "de": "Wir bitten Sie höflich, uns den Liefertermin der {n} in der letzten Woche bestellten Waren zu nennen.",
    "fr": "Nous vous prions de bien vouloir confirmer la date de livraison des {n} articles commandés.",
    "es": "Les rogamos que nos confirmen la fecha de entrega de los {n} artículos que pedimos en marzo.",
    "it": "Vi preghiamo di confermare la data di consegna delle {n} merci ordinate la settimana scorsa.",
    "pt": "Pedimos que nos informem da data de entrega das {n} mercadorias, pois ainda não as recebemos.",
    "nl": "Wij verzoeken u de leverdatum te bevestigen van de {n} goederen die wij hebben besteld.",
    "pl": "Uprzejmie prosimy o potwierdzenie terminu dostawy {n} zamówionych towarów.",
    "ru": "Просим подтвердить дату поставки {n} товаров, заказанных нами на прошлой неделе.",
    "ja": "先週注文した{n}点の商品の納期をご確認いただきますようお願いいたします。",
}


def letter(language: str, number: int = 0) -> str:
    """A letter of `SIZE` characters in one language."""
    sentence = _SENTENCES[language]
    lines = [sentence.format(n=number * 31 + line) for line in range(1 + SIZE // len(sentence))]
    return "\n".join(lines)[:SIZE]


def dirty_letter() -> str:
    """A German letter as bad tools leave it: mojibake, broken words, blanks, marks, carriage returns."""
    clean = (
        letter("de")
        .replace("Liefertermin", "Liefer-\ntermin")
        .replace(" der ", "  der\u00a0")
        .replace("\n", "\r\n")
    )
    garbled = [
        line.encode().decode("cp1252") if index % 5 == 0 else line
        for index, line in enumerate(clean.split("\n"))
    ]
    return ("\ufeff" + "\n".join(garbled))[:SIZE]


def languages() -> list[str]:
    """The languages that letters are written in."""
    return list(_SENTENCES)


def labelled_texts(per_language: int) -> Iterator[tuple[str, str]]:
    """Texts with their language: the sentences, and the corpus where it is found by `MAILROOM_SHARED`."""
    for language in _SENTENCES:
        for size in (80, 300, SIZE):
            yield letter(language, size)[:size], language
    corpus = Path(os.environ.get("MAILROOM_SHARED", "../shared")) / "corpus" / "documents.jsonl"
    if not corpus.is_file():
        return
    taken: dict[str, int] = {}
    for line in corpus.read_text("utf-8").splitlines():
        document = json.loads(line)
        language = document["lang"]
        taken[language] = taken.get(language, 0) + 1
        if taken[language] <= per_language:
            yield document["text"], language
