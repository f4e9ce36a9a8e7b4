"""The gate from beginning to end: verify, serve both, ask both the same, compare, decide."""

import json
import os
import platform
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import numpy as np

from mailroom.model_image.engine import Engine, connect
from mailroom.progress import Report
from mailroom.settings import load_settings
from training.gate import checks
from training.gate.answers import compared, figures_of
from training.gate.asking import Door
from training.gate.cases import Case
from training.gate.contenders import (
    Contender,
    Sound,
    Stage,
    contender,
    described,
    examined,
    other_architecture,
)
from training.gate.costs import cost_of
from training.gate.documents import Judged, read, seen_by
from training.gate.errors import NoVerdict, ServiceEnded
from training.gate.findings import Cause, Refusal
from training.gate.golden import golden_difference
from training.gate.services import Service, await_ready
from training.gate.verdict import Verdict


def judge(case: Case, report: Report) -> Verdict:
    """Judge a candidate.

    Args:
        case: What.
        report: Told what is done.

    Raises:
        UsageError: Something given cannot be read.
        DockerMissing: No engine answers.
        NoVerdict: The champion is not fit to be compared with.
    """
    begin = time.monotonic()
    connection = None if case.in_process else connect()
    with ExitStack() as stack:
        reach = None if connection is None else (lambda: connection)
        found = stack.enter_context(contender(case.candidate, reach))
        other = stack.enter_context(contender(case.champion, reach)) if case.champion else None
        champion = None if other is None else _fit(other)
        report("verifying the packages")
        trial = _Trial(case, connection, found, champion, report)
        trial.hold()
        return trial.verdict(time.monotonic() - begin)


class _Trial:
    """One judgement: what is found is gathered here until the verdict is made of it."""

    def __init__(
        self, case: Case, engine: Engine | None, found: Contender, champion: Sound | None, report: Report
    ) -> None:
        self.case, self.engine, self.found, self.champion, self.report = case, engine, found, champion, report
        self.candidate, self.refusals = examined(found)
        self.refusals += other_architecture(found, engine)
        self.integrity = case.integrity_report()
        self.documents: Judged | None = None
        self.evidence: dict[str, Any] = {}
        self.images = ["", ""]

    def hold(self) -> None:
        """Look first, then run: what must not be trusted is not started, and what was learnt by heart not measured."""
        self.refusals += checks.stopped_data(self.integrity)
        if self.candidate is None:
            return
        known = {*self.candidate.manifest.labels, *(self.champion.manifest.labels if self.champion else ())}
        self.documents = read(self.case.documents, known)
        self.refusals += checks.missing_classes(self.candidate.manifest, self._needed(self.documents))
        self._look_for_leaks(self.candidate, self.documents)
        if self.refusals:
            return
        try:
            self._run(self.candidate, self.documents)
        except ServiceEnded as error:
            self.refusals.append(Refusal(Cause.BROKEN, f"its service failed: {error}"))

    def verdict(self, seconds: float) -> Verdict:
        """What came of it."""
        place = self.case.champion or ""
        return Verdict(
            candidate=described(self.candidate, self.case.candidate, self.images[0]),
            champion=described(self.champion, place, self.images[1]) if self.champion else None,
            refusals=checks.each_once(self.refusals),
            documents=self.documents.told() if self.documents else {},
            limits=self.case.limits.model_dump(),
            machine=_machine(in_process=self.case.in_process),
            made_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            seconds=round(seconds, 3),
            evidence=self.evidence,
            integrity=self.integrity,
        )

    def _needed(self, documents: Judged) -> dict[str, str]:
        needed = dict.fromkeys((item.label for item in documents.documents), "which documents have")
        if self.champion:
            needed |= dict.fromkeys(self.champion.manifest.labels, "which the champion gives")
        return needed

    def _look_for_leaks(self, candidate: Sound, documents: Judged) -> None:
        seen = seen_by(candidate.package, documents)
        flattered = int(seen_by(self.champion.package, documents).sum()) if self.champion else 0
        self.evidence["leaked"] = {"candidate": int(seen.sum()), "champion": flattered}
        self.refusals += checks.leaked(int(seen.sum()), len(seen), self.case.limits)
        if not seen.all():
            self.documents = documents.of(~seen)

    def _run(self, candidate: Sound, documents: Judged) -> None:
        settings = load_settings()
        environment = {"MAILROOM_DEPARTMENTS": json.dumps(dict(settings.departments))}
        stage = Stage(self.engine, environment, self.report)
        with ExitStack() as stack:
            self.report("starting")
            service, self.images[0] = stack.enter_context(stage.serving(candidate))
            other = None
            if self.champion is not None:
                other, self.images[1] = stack.enter_context(stage.serving(self.champion))
            await_ready(service)
            self._ask_golden(candidate, service)
            if other is None:
                self._measure_alone(candidate, service, documents)
                return
            _await_champion(other)
            self._compare(documents, service, other)

    def _ask_golden(self, candidate: Sound, service: Service) -> None:
        difference = golden_difference(candidate.package, service)
        count = len(candidate.package.golden())
        self.evidence["golden"] = {"documents": count, "largest_difference": difference}
        self.refusals += checks.wrong_golden(difference)

    def _measure_alone(self, candidate: Sound, service: Service, documents: Judged) -> None:
        labels = candidate.manifest.labels
        self.report(f"asking the candidate about {len(documents.questions)} documents")
        said = Door(service, labels).said(documents.questions)
        self.evidence["comparison"] = {"candidate": figures_of(said, _targets(documents, labels), labels)}

    def _compare(self, documents: Judged, service: Service, other: Service) -> None:
        assert self.candidate is not None and self.champion is not None  # noqa: S101, PT018 - `hold` saw to it
        labels = tuple(dict.fromkeys((*self.champion.manifest.labels, *self.candidate.manifest.labels)))
        doors = Door(service, labels), Door(other, labels, _champion_failed)
        limits = self.case.limits
        self.report(f"asking both about {len(documents.questions)} documents")
        with ThreadPoolExecutor(2) as pool:
            said, others = pool.map(lambda door: door.said(documents.questions), doors)
        self.report("comparing")
        groups = [item.group for item in documents.documents]
        targets = _targets(documents, labels)
        comparison = compared(said, others, targets, labels=labels, groups=groups, limits=limits)
        self.evidence["comparison"] = comparison.told()
        self.report("timing both")
        cost = cost_of(doors, documents, limits, (service.memory_bytes(), other.memory_bytes()))
        self.evidence["cost"] = cost.told()
        self.refusals += [*checks.quality(comparison, limits), *checks.cost(cost, limits)]


def _targets(documents: Judged, labels: Sequence[str]) -> np.ndarray[Any, Any]:
    columns = {label: column for column, label in enumerate(labels)}
    return np.array([columns[item.label] for item in documents.documents], dtype=np.int64)


def _fit(found: Contender) -> Sound:
    sound, faults = examined(found)
    if sound is None or faults:
        raise _champion_failed(faults[0].message)
    return sound


def _await_champion(service: Service) -> None:
    try:
        await_ready(service)
    except ServiceEnded as error:
        raise _champion_failed(str(error)) from error


def _champion_failed(message: str) -> NoVerdict:
    return NoVerdict(f"the champion cannot be compared with: {message}")


def _machine(*, in_process: bool) -> Mapping[str, Any]:
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "containers": not in_process,
    }
