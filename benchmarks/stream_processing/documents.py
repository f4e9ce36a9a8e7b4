"""Texts of 2 KB, the same in every run."""

import random
from collections.abc import Iterator

from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic

SIZE = 2_000
WORDS = {
    "en": "please find enclosed the invoice for goods delivered in June amount due within thirty days of receipt "
    "kindly confirm your order number and the address of delivery our department will contact you",
    "de": "sehr geehrte Damen und Herren anbei erhalten Sie unsere Rechnung für die gelieferten Waren bitte zahlen "
    "Sie den Betrag innerhalb von dreißig Tagen Größe Straße Lieferung Bestellung Rückfragen",
    "fr": "veuillez trouver ci-joint la facture des marchandises livrées à votre société le montant est payable "
    "dans un délai de trente jours après réception numéro de commande référence adresse",
    "es": "adjunto le enviamos la factura de los artículos entregados el importe deberá abonarse en un plazo de "
    "treinta días número de pedido dirección teléfono atención señor atentamente compañía",
}


def records(count: int, seed: int = 1) -> Iterator[Record]:
    """Raw records as `mailroom send` makes them: text in four languages, CloudEvents headers."""
    chance = random.Random(seed)
    pool = [_text(words.split(), chance) for words in WORDS.values() for _ in range(50)]
    for number in range(count):
        identifier = f"{number:08d}-6f1c-4d9e-8c55-2f0d3b7f9a11"
        text = f"Ref. {identifier}\n{pool[number % len(pool)]}"[:SIZE]
        headers = (
            ("ce_specversion", b"1.0"),
            ("ce_id", identifier.encode()),
            ("ce_source", b"/benchmark"),
            ("ce_type", b"mailroom.document.received"),
            ("ce_time", b"2026-01-01T08:00:00Z"),
            ("ce_subject", b"letter.txt"),
            ("content-type", b"text/plain"),
        )
        yield Record(Topic.RAW, identifier.encode(), text.encode(), headers)


def _text(words: list[str], chance: random.Random) -> str:
    lines: list[str] = []
    while len("\n".join(lines)) < SIZE:
        lines.append(" ".join(chance.choices(words, k=10)).capitalize() + ".")
    return "\n".join(lines)
