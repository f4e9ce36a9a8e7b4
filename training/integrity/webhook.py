"""Posts what should be known before somebody opens the report."""

from typing import Any

from pydantic import SecretStr

from training.integrity.findings import IntegrityReport, Outcome

ATTEMPTS = 3
TIMEOUT_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 2.0


def post_to_webhook(report: IntegrityReport, url: SecretStr, *, name: str) -> str | None:
    """Post a warning or a stop; a pass is not posted.

    A server that cannot be reached or that answers with an error is tried again, and then let be: a run does not fail
    because nobody could be told.

    Args:
        report: What was found.
        url: Where to; never shown, since it may hold a token.
        name: Of the run.

    Returns:
        Why it could not be posted; None if it was, or needed not be.
    """
    import requests  # noqa: PLC0415 - training only
    from tenacity import (  # noqa: PLC0415
        Retrying,
        retry_if_exception_type,
        stop_after_attempt,
        wait_random_exponential,
    )

    if report.status is Outcome.PASS:
        return None
    attempts = Retrying(
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_random_exponential(multiplier=0.2, max=LONGEST_WAIT_SECONDS),
        retry=retry_if_exception_type(requests.RequestException),
        reraise=True,
    )
    try:
        attempts(_post, url.get_secret_value(), _message(report, name))
    except requests.HTTPError as error:
        status = error.response.status_code if error.response is not None else "with an error"
        return f"the integrity webhook answered {status}; look at `integrity.webhook`"
    except requests.RequestException as error:
        reason = type(error).__name__
        return f"the integrity webhook cannot be reached ({reason}); look at `integrity.webhook`"
    return None


def _post(url: str, message: dict[str, Any]) -> None:
    import requests  # noqa: PLC0415 - training only

    with requests.post(url, json=message, timeout=TIMEOUT_SECONDS) as response:
        response.raise_for_status()


def _message(report: IntegrityReport, name: str) -> dict[str, Any]:
    """`text` is what chat services show."""
    found = (*report.of(Outcome.STOP), *report.of(Outcome.WARN))
    return {
        "text": f"Training run {name}: {report.status} before training\n{report.summary()}",
        "run": name,
        "status": str(report.status),
        "documents": report.documents,
        "findings": [finding.to_json() for finding in found],
    }
