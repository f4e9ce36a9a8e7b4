"""The one set of text rules, versioned, that Flink, training and serving share.

`cleanse` turns text as it was extracted into text as it is learnt from and labelled.
"""

from mailroom.textprep.cleansing import CleanText, cleanse
from mailroom.textprep.versions import PREP_VERSION, SUPPORTED_PREP_VERSIONS

__all__ = ["PREP_VERSION", "SUPPORTED_PREP_VERSIONS", "CleanText", "cleanse"]
