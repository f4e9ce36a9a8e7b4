"""Mails with attachments, no two alike."""

from email.message import EmailMessage
from email.policy import SMTP

ATTACHMENTS = 3
DOCUMENTS = ATTACHMENTS + 1
"""What becomes of a mail: its text, and each attachment."""

KINDS = (("letter", "plain", "txt"), ("offer", "html", "html"), ("order", "plain", "txt"))
TEXT = "{kind} no. {number}: please pay the total of {number}.00 EUR within 14 days to our bank account. {filler}"
FILLER = "We refer to our agreement and remain with kind regards. " * 12


def mail(number: int) -> bytes:
    """A mail with a text and three attachments."""
    message = EmailMessage()
    message["From"], message["To"] = "sender@example.org", "mailroom@example.org"
    message["Subject"] = f"Documents {number}"
    message["Message-ID"] = f"<{number}@example.org>"
    message.set_content(TEXT.format(kind="Message", number=number, filler=FILLER))
    for kind, subtype, ending in KINDS:
        text = TEXT.format(kind=kind, number=number, filler=FILLER)
        content = f"<html><body><p>{text}</p></body></html>" if subtype == "html" else text
        message.add_attachment(content, subtype=subtype, filename=f"{kind}-{number}.{ending}")
    return message.as_bytes(policy=SMTP)
