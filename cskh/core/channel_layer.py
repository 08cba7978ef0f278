"""The channel layer: how sockets of all processes hear of each other."""

import asyncio
import uuid
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer
from redis import Redis


class GroupLayer(RedisPubSubChannelLayer):
    """The Redis layer for sending to groups. A socket opens whether its server is there or not.

    `publisher`: what `Redis.from_url` needs of the server, for those who send from a thread.
    """

    def __init__(self, *, publisher: Mapping[str, Any], prefix: str, **kwargs: Any) -> None:
        super().__init__(prefix=prefix, **kwargs)
        self._publisher = dict(publisher)
        self._name = prefix

    async def new_channel(self, prefix: str = "specific.") -> str:
        """A name known in this process alone: groups find it here, and nobody sends to a single socket."""
        channel = f"{prefix}{uuid.uuid4().hex}"
        self.channels[channel] = asyncio.Queue()
        return channel

    def publish(self, events: Mapping[str, Mapping[str, object]]) -> None:
        """Sends each group its event: from a thread, which need not wait for the event loop of its process.

        One question to the server, whatever their number. Raises what the client raises.
        """
        with self._server.pipeline(transaction=False) as pipeline:
            for group, event in events.items():
                pipeline.publish(f"{self._name}__group__{group}", self.serialize(event))
            pipeline.execute()

    @cached_property
    def _server(self) -> Redis:
        return Redis.from_url(**self._publisher)
