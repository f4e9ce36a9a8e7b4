"""The receivers that settings name, each by its desk and channel."""

from collections.abc import Mapping
from concurrent.futures import Executor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Protocol

from departments.delivery.folder import FolderChannel
from departments.delivery.forward import ForwardChannel
from departments.delivery.messages import Message
from departments.delivery.originals import Originals
from departments.delivery.outbox import Lane
from departments.delivery.webhook import WebhookChannel
from mailroom.contracts.errors import UsageError
from mailroom.desk_settings import DeskSettings, DesksSettings, MailServerSettings
from mailroom.streams.clock import Clock

WEBHOOK, EMAIL, FOLDER = "webhook", "email", "folder"


class Channel(Protocol):
    """A way to tell one desk."""

    @property
    def longest_seconds(self) -> float:
        """What a try may take."""
        ...

    async def deliver(self, message: Message) -> None:
        """Tell it.

        Raises:
            NotDelivered: It was not told, this time or for good.
        """
        ...


def lanes_of(settings: DesksSettings) -> tuple[Lane, ...]:
    """All receivers that settings name."""
    named = ((desk, channel) for desk in settings.at for channel in (WEBHOOK, EMAIL, FOLDER))
    return tuple(
        (desk, channel) for desk, channel in named if getattr(settings.at[desk], channel) is not None
    )


@dataclass(frozen=True, slots=True)
class Means:
    """What receivers are told with.

    Attributes:
        originals: The documents' bytes.
        server: Sends mails.
        executor: Does what asyncio does not.
        clock: Whose time signatures bear.
    """

    originals: Originals
    server: MailServerSettings
    executor: Executor
    clock: Clock


async def opened(stack: AsyncExitStack, settings: DesksSettings, means: Means) -> Mapping[Lane, Channel]:
    """Make all receivers ready.

    Args:
        stack: Closes them.
        settings: What they are.
        means: What they are told with.

    Raises:
        UsageError: A receiver's settings cannot be right; its desk is named.
    """
    return {
        (desk, channel): await _opened(stack, desk, channel, settings.at[desk], means)
        for desk, channel in lanes_of(settings)
    }


async def _opened(
    stack: AsyncExitStack, desk: str, channel: str, settings: DeskSettings, means: Means
) -> Channel:
    try:
        if channel == WEBHOOK and settings.webhook is not None:
            return await stack.enter_async_context(WebhookChannel(settings.webhook, means.clock))
        if channel == EMAIL and settings.email is not None:
            return ForwardChannel(settings.email, means.server, means.originals, means.executor)
        if channel == FOLDER and settings.folder is not None:
            return FolderChannel(settings.folder, means.originals, means.executor)
    except UsageError as error:
        raise UsageError(f"desks.at.{desk}.{channel}: {error}") from error
    raise AssertionError(channel)
