"""Near-duplicates by MinHash (Broder 1997), banded (Leskovec, Rajaraman, Ullman: Mining of Massive Datasets, ch. 3).

A text is the set of its runs of three words, in lower case and with every number as 0: two copies of a form that
differ in amounts and dates are the same text. Spark's MinHashLSH gives each text 64 minima. Its own similarity join
would compare all texts that agree in any one of them, which for texts of one trade are a share of all pairs, and so
grows with the square of their number. Here 16 bands of 4 minima decide who is compared: of pairs with a Jaccard
similarity of 0.7, 99 % agree in some band; of pairs with 0.2, 3 %. Within a band a text is compared with the first
and with the one before it only, so that the number of comparisons grows with the number of texts, however many are
alike. What is compared is compared exactly, shingle by shingle.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

WORDS = 3
NUMBER = r"\d+([.,:/-]\d+)*"
"""Also an amount, a date or a time."""
BANDS, ROWS = 16, 4
DIMENSIONS = 1 << 24
"""Shingles are numbered by hash; at thousands to a text, two share a number once in thousands of texts."""
MINIMA_SEED = 1


@dataclass(frozen=True)
class NearDuplicates:
    """Pairs of documents that are nearly the same.

    Attributes:
        pairs: Columns `a`, `b` (places, a < b) and `similarity`; enough of them to join all that belong together.
    """

    pairs: "DataFrame"

    @cached_property
    def groups(self) -> dict[int, int]:
        """Place to the number of its group, for every document that has a near-duplicate."""
        table = self.pairs.select("a", "b").toArrow()
        return joined(table["a"].to_numpy(), table["b"].to_numpy())

    def table(self) -> "DataFrame":
        """The groups as columns `place` and `component`."""
        import pyarrow as pa  # noqa: PLC0415 - training only

        places, numbers = (
            np.fromiter(side, np.int64, len(self.groups)) for side in (self.groups, self.groups.values())
        )
        table = pa.table({"place": places, "component": numbers})
        return self.pairs.sparkSession.createDataFrame(table)


def joined(a: npt.NDArray[np.int64], b: npt.NDArray[np.int64]) -> dict[int, int]:
    """Connected components: place to the number of its component, for every place in a pair.

    Args:
        a: (pairs,): places.
        b: (pairs,): places.
    """
    from scipy.sparse import coo_array  # noqa: PLC0415 - training only
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    places, numbers = np.unique(np.concatenate([a, b]), return_inverse=True)
    if not len(places):
        return {}
    ends = numbers.reshape(2, -1)
    graph = coo_array((np.ones(len(a), dtype=np.int8), (ends[0], ends[1])), shape=(len(places),) * 2)
    found = connected_components(graph, directed=False)[1]
    return dict(zip(places.tolist(), found.tolist(), strict=True))


def near_duplicates(frame: "DataFrame", threshold: float) -> NearDuplicates:
    """Find them.

    Args:
        frame: Columns `place` and `text`; texts without a word have no near-duplicates.
        threshold: Jaccard similarity of their shingles from which two texts are nearly the same.

    Returns:
        With pairs that are kept in memory or on disk; `pairs.unpersist()` lets them go.
    """
    from pyspark.sql import functions as f  # noqa: PLC0415

    shingled = _shingled(frame).persist()
    pairs = _compared(shingled, _candidates(_hashed(shingled)))
    found = pairs.where(f.col("similarity") >= threshold).persist()
    found.count()
    shingled.unpersist()
    return NearDuplicates(found)


def _shingled(frame: "DataFrame") -> "DataFrame":
    """Columns `place` and `shingles`, numbers without repetition."""
    from pyspark.sql import functions as f  # noqa: PLC0415

    plain = f.regexp_replace(f.lower("text"), NUMBER, "0")
    words = f.filter(f.split(plain, r"[^\p{L}\p{M}0]+"), lambda word: word != "")
    with_words = frame.where(f.col("text").rlike(r"[\p{L}\p{M}\d]")).select("place", words.alias("words"))
    return with_words.select("place", f.array_distinct(_shingles(f.col("words"))).alias("shingles"))


def _shingles(words: "Column") -> "Column":
    from pyspark.sql import functions as f  # noqa: PLC0415

    last = f.greatest(f.size(words) - (WORDS - 1), f.lit(1))
    return f.transform(
        f.sequence(f.lit(1), last), lambda start: f.xxhash64(f.slice(words, start, f.lit(WORDS)))
    )


def _hashed(shingled: "DataFrame") -> "DataFrame":
    """Columns `place` and `minima`, `BANDS * ROWS` of them."""
    from pyspark.ml.feature import HashingTF, MinHashLSH  # noqa: PLC0415
    from pyspark.sql import functions as f  # noqa: PLC0415

    vectors = HashingTF(
        numFeatures=DIMENSIONS, binary=True, inputCol="shingles", outputCol="vector"
    ).transform(shingled)
    if vectors.isEmpty():  # MinHashLSH asks the first row for the number of dimensions
        return shingled.select("place", f.array_repeat(f.lit(0), BANDS * ROWS).alias("minima"))
    hashing = MinHashLSH(numHashTables=BANDS * ROWS, seed=MINIMA_SEED, inputCol="vector", outputCol="hashes")
    hashed = hashing.fit(vectors).transform(vectors)
    minima = f.transform("hashes", lambda one: f.unwrap_udt(one)["values"][0].cast("int"))
    return hashed.select("place", minima.alias("minima"))


def _candidates(hashed: "DataFrame") -> "DataFrame":
    """Columns `a` and `b`: pairs to compare, without repetition.

    Texts that agree in a band stand in the order of the next band, so that those which agree there too are neighbours.
    """
    from pyspark.sql import Window  # noqa: PLC0415
    from pyspark.sql import functions as f  # noqa: PLC0415

    keys = [_key(band) for band in range(BANDS)]
    bands = [
        f.struct(key.alias("key"), keys[(band + 1) % BANDS].alias("next")) for band, key in enumerate(keys)
    ]
    entries = hashed.select("place", f.explode(f.array(*bands)).alias("band")).select("place", "band.*")
    ordered = Window.partitionBy("key").orderBy("next", "place")
    mates = f.array(f.first("place").over(ordered), f.lag("place").over(ordered))
    pairs = entries.select("place", mates.alias("mates")).select("place", f.explode("mates").alias("mate"))
    return (
        pairs.where("mate != place")
        .select(f.least("place", "mate").alias("a"), f.greatest("place", "mate").alias("b"))
        .distinct()
    )


def _key(band: int) -> "Column":
    from pyspark.sql import functions as f  # noqa: PLC0415

    return f.xxhash64(f.lit(band), *(f.col("minima")[band * ROWS + row] for row in range(ROWS)))


def _compared(shingled: "DataFrame", candidates: "DataFrame") -> "DataFrame":
    from pyspark.sql import functions as f  # noqa: PLC0415

    left = shingled.select(f.col("place").alias("a"), f.col("shingles").alias("of_a"))
    right = shingled.select(f.col("place").alias("b"), f.col("shingles").alias("of_b"))
    common = f.size(f.array_intersect("of_a", "of_b"))
    united = f.size("of_a") + f.size("of_b") - common
    both = candidates.join(left, "a", "inner").join(right, "b", "inner")
    return both.select("a", "b", (common / united).alias("similarity"))
