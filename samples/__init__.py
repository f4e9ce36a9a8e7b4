"""The generator of varied documents: `generate` makes texts, `render` makes files of them."""

from samples.generation import generate
from samples.rendering import render
from samples.sample import FORMS, LABELS, LANGUAGES, Sample

__all__ = ["FORMS", "LABELS", "LANGUAGES", "Sample", "generate", "render"]
