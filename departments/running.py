"""`mailroom departments run`: the projection, deliveries, judgements, the watch over desks, together.

Each is a thread. The first that fails ends the process, and whoever supervises it starts it again: all of them go on
where the database and the log say.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import structlog

from departments.delivery.measuring import DeliveryMetrics
from departments.delivery.office import run_deliveries
from departments.projection.measuring import ProjectionMetrics
from departments.projection.pruning import run_pruning
from departments.projection.running import run_projection
from departments.review.deadlines import DeskMetrics, DeskWatch
from departments.review.publisher import Publisher
from departments.review.texts import Texts
from departments.rules import desk_rules
from departments.store.engine import Store
from mailroom.contracts.errors import MailroomError
from mailroom.objects import ObjectStore
from mailroom.settings import Settings
from mailroom.streams.kafka import KafkaSink
from mailroom.telemetry.metrics import Metrics

GRACE_SECONDS = 12.0
"""For what is under way at the end; what takes longer is done again at the next start."""


class PartFailed(MailroomError):
    """One of the parts ended by a fault of ours."""


@dataclass(slots=True)
class Parts:
    """What runs side by side.

    Attributes:
        work: Each part by its name: called in a thread, it runs until the event is set.
        stop: Set it to end all.
    """

    work: Mapping[str, Callable[[threading.Event], None]]
    stop: threading.Event = field(default_factory=threading.Event)
    _failures: list[BaseException] = field(default_factory=list)

    def run(self) -> bool:
        """Run until `stop` is set or a part fails.

        Returns:
            Whether all parts ended within the grace time.

        Raises:
            MailroomError: As the part that failed raised it.
            PartFailed: It raised something else.
        """
        threads = [
            threading.Thread(target=self._guard, args=(name,), name=name, daemon=True) for name in self.work
        ]
        for thread in threads:
            thread.start()
        self.stop.wait()
        for thread in threads:
            thread.join(GRACE_SECONDS)
        if self._failures:
            raise self._failures[0]
        return not any(thread.is_alive() for thread in threads)

    def _guard(self, name: str) -> None:
        try:
            self.work[name](self.stop)
        except MailroomError as error:
            self._failures.append(error)
        except Exception as error:  # noqa: BLE001 - a fault of ours is told in one line, and all of it to the log
            structlog.get_logger().error("a part failed", part=name, exc_info=error)
            failure = PartFailed(
                f"{name} ended by a fault of the program ({type(error).__name__}): see its log"
            )
            failure.__cause__ = error
            self._failures.append(failure)
        finally:
            self.stop.set()


def parts(settings: Settings, store: Store, metrics: Metrics, ready: Callable[[], None]) -> Parts:
    """All that `departments run` does.

    Args:
        settings: With the log that the profile names.
        store: The departments' database.
        metrics: What they count.
        ready: Called once labels are read.
    """
    objects, rules = ObjectStore(settings.objects.uri), desk_rules(settings)
    publisher = Publisher(store, Texts(objects), partial(KafkaSink, settings.kafka))
    watch = DeskWatch(store, rules, DeskMetrics(metrics.registry))
    tries, projected = DeliveryMetrics(metrics.registry), ProjectionMetrics(metrics.registry)
    return Parts(
        {
            "projection": lambda stop: run_projection(store, settings, stop, ready=ready, metrics=projected),
            "deliveries": lambda stop: run_deliveries(store, settings.desks, objects, stop, metrics=tries),
            "judgements": publisher.run,
            "deadlines": watch.run,
            "pruning": partial(run_pruning, store),
        }
    )
