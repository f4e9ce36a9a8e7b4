"""Webhooks: a signed POST of JSON, which counts as delivered once the receiver has answered with 2xx in time.

Nothing of the answer is believed but its status and `Retry-After`: its body is not read, no redirect is followed, no
cookie is kept, no proxy of the environment is used.
"""

from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Self

import aiohttp

from departments.delivery import signing
from departments.delivery.addresses import ForbiddenAddress, guarded_sockets
from departments.delivery.errors import NotDelivered
from departments.delivery.messages import Message
from departments.delivery.trust import trusting
from mailroom.desk_settings import WebhookSettings
from mailroom.streams.clock import Clock

AGENT = "Mailroom-Webhooks/1.0"


class WebhookChannel:
    """Tells one desk's receiver; to be used within `async with`.

    Args:
        settings: Of the desk's webhook.
        clock: Whose time signatures bear.

    Raises:
        UsageError: A secret is none, or the bundle of certificates cannot be read.
    """

    def __init__(self, settings: WebhookSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._keys = signing.keys_of(settings)
        self._trust = trusting(settings.ca_bundle)

    async def __aenter__(self) -> Self:
        """Make ready to connect."""
        connector = aiohttp.TCPConnector(
            socket_factory=guarded_sockets(internal=self._settings.internal), ssl=self._trust
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=self._settings.timeout_seconds),
            auto_decompress=False,
            headers={"user-agent": AGENT, "content-type": "application/json"},
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all connections."""
        await self._session.close()

    @property
    def longest_seconds(self) -> float:
        """What a try may take."""
        return self._settings.timeout_seconds

    async def deliver(self, message: Message) -> None:
        """Post a message.

        Raises:
            NotDelivered: The receiver was not reached, did not answer in time, or did not answer with 2xx.
        """
        body = message.body()
        headers = signing.signed_headers(self._keys, message.id, int(self._clock.now()), body)
        try:
            async with self._session.post(
                self._settings.url.get_secret_value(), data=body, headers=headers, allow_redirects=False
            ) as response:
                self._judge(response.status, response.headers.get("retry-after"))
        except TimeoutError as error:
            seconds = self._settings.timeout_seconds
            raise NotDelivered(f"the webhook did not answer within {seconds:g} s") from error
        except aiohttp.ClientError as error:
            raise NotDelivered(f"the webhook cannot be reached: {_in_words(error)}") from error

    def _judge(self, status: int, retry_after: str | None) -> None:
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            raise NotDelivered(
                f"the webhook answered {status}: redirects are not followed, set its final url"
            )
        if status == HTTPStatus.GONE:
            raise NotDelivered("the webhook answered 410: it wants no more of these", final=True)
        raise NotDelivered(f"the webhook answered {status}", retry_after=self.seconds(retry_after))

    def seconds(self, retry_after: str | None) -> float | None:
        """RFC 9110's `Retry-After`: seconds, or a date; what is neither is not there."""
        if not retry_after:
            return None
        try:
            return float(int(retry_after))
        except ValueError:
            pass
        try:
            return max(parsedate_to_datetime(retry_after).timestamp() - self._clock.now(), 0.0)
        except ValueError:
            return None


def _in_words(error: aiohttp.ClientError) -> str:
    """What went wrong, without the URL, which may hold a token."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(error, aiohttp.InvalidURL):
        return "its url is none"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "its certificate is not trusted: set ca_bundle where it is not public"
    if isinstance(cause, ForbiddenAddress):
        return str(cause)
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return type(cause).__name__
