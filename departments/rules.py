"""The rules of desks as the settings have them."""

from departments.desks import REVIEW, DeskRules
from mailroom.desk_settings import DeskSettings
from mailroom.settings import Settings

CHANNELS = ("webhook", "email", "folder")


def desk_rules(settings: Settings) -> DeskRules:
    """Labels, channels and deadlines of all desks."""
    desks = settings.desks
    hours = {name: desk.deadline_hours for name, desk in desks.at.items()} | {
        REVIEW: desks.review.deadline_hours
    }
    return DeskRules(
        departments=settings.departments,
        channels={name: _channels(desk) for name, desk in desks.at.items()},
        second_look=desks.review.second_look,
        deadlines={name: given for name, given in hours.items() if given is not None},
    )


def _channels(desk: DeskSettings) -> tuple[str, ...]:
    return tuple(name for name in CHANNELS if getattr(desk, name) is not None)
