from email.message import EmailMessage

import pytest

from mailroom.extract import TextFound, extract
from mailroom.extract.mail_replies import written

_OWN = "Please cancel my order number 4711 today."
_QUOTE = "> We received your order.\n> It is on its way."


@pytest.mark.parametrize(
    "quote",
    [
        f"On Mon, Nov 2, 2026 at 10:00 AM Bob <bob@example.org> wrote:\n\n{_QUOTE}",
        f"Am Mo., 2. Nov. 2026 um 10:00 Uhr schrieb Bob <\nbob@example.org>:\n\n{_QUOTE}",
        f"Le lun. 2 nov. 2026 à 10:00, Bob <bob@example.org> a écrit :\n{_QUOTE}",
        f"El lun, 2 nov 2026 a las 10:00, Bob (<bob@example.org>) escribió:\n{_QUOTE}",
        f"Op ma 2 nov 2026 om 10:00 schreef Bob <bob@example.org>:\n{_QUOTE}\n\n> A second stretch.",
        "-----Original Message-----\nFrom: Bob\nSent: Monday\nSubject: Order\n\nWe received your order.",
        "________________________________\nFrom: Bob\nSent: Monday\nTo: Jane\n\nWe received your order.",
        "Von: Bob\nGesendet: Montag\nAn: Jane\nBetreff: Bestellung\n\nIhre Bestellung ist da.",
        "De : Bob\nEnvoyé : lundi\nÀ : Jane\nObjet : Commande\n\nNous avons reçu votre commande.",
    ],
)
def test_what_is_answered_is_cut(quote: str) -> None:
    """The mail below an answer is left out, in the ways of several programs and languages."""
    assert written(f"{_OWN}\r\n\r\n{quote}", "AW: Order") == _OWN


def test_an_answer_below_the_quote() -> None:
    """What is written under a quote is kept."""
    assert written(f"On Monday, Bob <bob@example.org> wrote:\n{_QUOTE}\n\n{_OWN}", "Re: Order") == _OWN


@pytest.mark.parametrize(
    "body",
    [
        "For you.\n\n---------- Forwarded message ---------\nFrom: Bob\nSubject: Invoice\n\nPlease pay the invoice.",
        "________________________________\nFrom: Bob\nSent: Monday\nSubject: Invoice\n\nPlease pay the invoice.",
    ],
)
def test_a_forwarded_mail_stays(body: str) -> None:
    """What is forwarded is the matter."""
    assert written(body, "Fwd: Invoice") == body


def test_an_answer_of_a_few_words_keeps_the_quote() -> None:
    """Without what it answers it would say nothing."""
    body = f"Yes, do.\n\nOn Monday, Bob <bob@example.org> wrote:\n{_QUOTE}"

    assert written(body, "Re: Order") == body


def test_answers_between_the_lines_stay() -> None:
    """Questions that are answered one by one belong to the text."""
    body = "> Is the lamp broken?\nYes, it is.\n> Do you want your money back?\nYes, please."

    assert written(body, "Re: Lamp") == body


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nJane Doe\nExample Ltd",
        "Best regards\nJane Doe\nHead of Purchasing",
        "Mit freundlichen Grüßen\nJane Doe\n\nExample GmbH, Geschäftsführer: J. Doe",
        "Cordialement,\nJane",
        "Sent from my iPhone",
    ],
)
def test_signatures_are_cut(signature: str) -> None:
    """Names, titles and small print below a letter are no part of it."""
    assert written(f"{_OWN}\n\n{signature}", "Order") == _OWN


@pytest.mark.parametrize(
    "body",
    [
        "We need:\n\n- 9 lamps\n- 2 chairs\n\nby Monday.",
        "Subject to your answer, we offer:\nLamps: 9\nChairs: 2",
        "Take the lamps back.\nThank you for your help last week, it saved us.",
        "He wrote: I am on my way.",
        "Best regards",
        "",
    ],
)
def test_letters_are_left_alone(body: str) -> None:
    """Lists, colons and thanks are neither quotes nor signatures, and nothing is cut to nothing."""
    assert written(body, "Order") == body


def test_html_answers_are_cut_as_well() -> None:
    """A quote in a page is found in its layout."""
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = "a@example.org", "Re: Order", "<1@example.org>"
    mail.set_content(
        f"<div>{_OWN}</div><div class=gmail_quote><div>On Mon, Nov 2, 2026 Bob &lt;<a href=x>bob@example.org</a>&gt; "
        "wrote:<br></div><blockquote><div>We received your order.</div></blockquote></div>",
        subtype="html",
    )

    found = extract(mail.as_bytes())

    assert isinstance(found, TextFound)
    assert found.text == f"From: a@example.org\nSubject: Re: Order\n\n{_OWN}"


def test_a_long_line_is_kept_whole() -> None:
    """Paragraphs that are one line lose nothing to the search for quotes."""
    body = "word " * 400 + "end."

    assert written(f"{body}\n\nOn Monday, Bob <bob@example.org> wrote:\n{_QUOTE}", "Re: x") == body


@pytest.mark.security
@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "body",
    [
        "From: \n" * 20_000,
        "Am schrieb " * 20_000 + ":",
        "\n" * 200_000 + "a",
        " " * 100_000 + "x",
        "On " * 60_000,
        ">\n" * 90_000,
    ],
    ids=["headings", "words", "lines", "blanks", "starts", "marks"],
)
def test_bodies_made_to_take_long(body: str) -> None:
    """Text on which the rules of quotes and signatures would take quadratic time ends soon."""
    assert isinstance(written(body, "Re: x"), str)
