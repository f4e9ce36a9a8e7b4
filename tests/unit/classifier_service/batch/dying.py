"""A worker that dies of certain documents, as of a parser in C."""

import os
import signal

from classifier_service.batch.processes import begin_worker
from classifier_service.batch.working import Task
from classifier_service.classifier import Document
from classifier_service.intake import Intake, Original
from classifier_service.refusal import Refusal


def begin_dying(task: Task) -> None:
    """Begin as any worker does."""
    begin_worker(task)
    document = Intake.document

    def fragile(self: Intake, original: Original) -> Document | Refusal:
        if "deadly" in str(original.content):
            os.kill(os.getpid(), signal.SIGKILL)
        return document(self, original)

    Intake.document = fragile  # type: ignore[method-assign]


def begin_dead(task: Task) -> None:
    """Die before the first document."""
    os.kill(os.getpid(), signal.SIGKILL)
