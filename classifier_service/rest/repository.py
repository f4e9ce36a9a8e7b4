"""The protocol's model repository: which model there is, and the next one taking over."""

import asyncio
from dataclasses import dataclass

import msgspec
import structlog

from classifier_service.models import Models
from classifier_service.rest.open_inference import metadata, require_model
from classifier_service.rest.wire import IndexEntry
from mailroom.contracts.errors import UsageError
from mailroom.model_package import PackageError
from mailroom.web.bodies import BodyReader
from mailroom.web.http import Answer, Request, RequestRefused


@dataclass(frozen=True, slots=True)
class Repository:
    """Handlers of the repository. It has one model, whose package is where the service was told at its start."""

    models: Models
    bodies: BodyReader

    async def index(self, request: Request) -> Answer:
        """The model and the version in service."""
        await self.bodies.read(request)
        version = self.models.current.manifest.version
        entry = IndexEntry(self.models.name, version, "READY", "")
        return Answer(200, msgspec.json.encode([entry]))

    async def load(self, request: Request) -> Answer:
        """Fetch the package again, and let it take over if it proves itself; requests go on meanwhile.

        Where it comes from is not the caller's to say: a service that fetched from any address could be made to ask
        for what only it can reach.

        Raises:
            RequestRefused: 404 for another model, 400 where the package is refused and the old one stays.
            StoreUnavailable: The object store does not answer; the old one stays.
        """
        require_model(self.models, request)
        await self.bodies.read(request)
        before = self.models.current.manifest
        try:
            model = await asyncio.to_thread(self.models.reload)
        except (PackageError, UsageError) as error:
            raise RequestRefused(400, f"refused, {before.version} stays in service: {error}") from error
        changed = model.manifest != before
        structlog.get_logger().info("model loaded", version=model.manifest.version, changed=changed)
        return Answer(200, msgspec.json.encode(metadata(self.models)))

    async def unload(self, request: Request) -> Answer:
        """Nothing: a service without its model would be none.

        Raises:
            RequestRefused: 400, 404 for another model.
        """
        require_model(self.models, request)
        raise RequestRefused(
            400, "the one model of this service cannot be unloaded: stop the service instead"
        )
