"""Runs and models in MLflow."""

from training.tracking.errors import NotRegistered, TrackingFailed
from training.tracking.registry import ModelVersion, Registry
from training.tracking.runs import TrackedRun, tracked
from training.tracking.settings import TrackingSettings

__all__ = [
    "ModelVersion",
    "NotRegistered",
    "Registry",
    "TrackedRun",
    "TrackingFailed",
    "TrackingSettings",
    "tracked",
]
