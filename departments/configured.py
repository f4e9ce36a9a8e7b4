"""The rules of desks as the settings have them."""

from departments.desks import REVIEW, DeskRules
from mailroom.desk_settings import DeskSettings
from mailroom.settings import Settings

CHANNELS = ("webhook", "email", "folder")


def desk_rules(settings: Settings) -> DeskRules:
    """Who must act on which label, how each department is told, and until when."""
    desks = settings.desks
    deadlines = {name: desk.deadline_hours for name, desk in desks.at.items()}
    deadlines[REVIEW] = desks.review.deadline_hours
    return DeskRules(
        departments=dict(settings.departments),
        channels={name: _channels(desk) for name, desk in desks.at.items()},
        deadlines={name: hours for name, hours in deadlines.items() if hours is not None},
    )


def _channels(desk: DeskSettings) -> tuple[str, ...]:
    return tuple(channel for channel in CHANNELS if getattr(desk, channel) is not None)
