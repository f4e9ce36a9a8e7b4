"""Documents that any kernel can learn from."""

import random
from collections.abc import Mapping

from training.documents import LabelledDocument

WORDS = {
    "invoice": "invoice number amount due vat payment total iban 12.50 17,00 13.07.2018",
    "complaint": "complain unacceptable refund never received promised disappointed you told me",
    "other": "minutes meeting agenda report newsletter committee policy members conference",
}
SEVEN = {
    **WORDS,
    "offer": "quotation offer proposal pleased estimate valid scope milestones price",
    "purchase_order": "purchase order deliver ship supplier quantity item sku ordered",
    "job_application": "resume applying position experience education skills references interview",
    "service_request": "ticket reset password access printer outage install support issue",
}
COMMON = ["the", "a", "of", "company", "date", "page", "with", "and", "for", "letter"]


def easy_documents(words: Mapping[str, str] = WORDS, each: int = 30) -> list[LabelledDocument]:
    """Thirty documents of each label from two sources each, some words shared by all."""
    source = random.Random(7)
    return [
        LabelledDocument(
            id=f"{label}-{number}",
            label=label,
            text=" ".join(source.choices(words[label].split() + COMMON, k=25)),
            source=f"source-{number % 2}",
            group=f"{label}-{number // 3}",
        )
        for label in words
        for number in range(each)
    ]
