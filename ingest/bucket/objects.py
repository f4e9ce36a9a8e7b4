"""An object of a bucket as what arrives."""

from dataclasses import dataclass

from ingest.bucket.client import Bucket
from ingest.receiving.handover import Arrival
from ingest.receiving.identity import door_id
from ingest.receiving.names import file_name, shown


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """One version of one object.

    Attributes:
        key: Its name in the bucket; it names no file anywhere else.
        etag: Entity tag without quotes.
        version: None where the bucket keeps no versions.
    """

    key: str
    etag: str
    version: str | None = None

    def arrival(self, bucket: Bucket) -> Arrival:
        """It as it is handed over; its bytes are fetched when they are read."""
        stamp = f"version:{self.version}" if self.version else f"etag:{self.etag}"
        identifier = door_id("bucket", bucket.name, self.key, stamp)
        return Arrival(
            identifier,
            f"s3://{bucket.name}/{shown(self.key)}",
            lambda: bucket.open(self.key, self.version, self.etag),
            file_name(self.key),
        )
