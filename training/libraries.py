"""Versions of the libraries that a model depends on: what its package and its run say it was made with."""

from collections.abc import Mapping
from importlib import metadata

LIBRARIES = (
    "ahocorasick-rs",
    "keras",
    "mlflow",
    "numpy",
    "onnxruntime",
    "pyspark",
    "scikit-learn",
    "scipy",
    "tensorflow",
    "tensorflow-cpu",
)


def library_versions() -> Mapping[str, str]:
    """Name to version, of those that are installed: which ones are differs between machines."""
    installed = {distribution.metadata["Name"].lower() for distribution in metadata.distributions()}
    return {name: metadata.version(name) for name in LIBRARIES if name in installed}
