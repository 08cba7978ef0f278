"""The channel layer: how sockets of all processes hear of each other."""

import asyncio
import uuid

from channels_redis.pubsub import RedisPubSubChannelLayer


class GroupLayer(RedisPubSubChannelLayer):
    """The Redis layer for sending to groups. A socket opens whether its server is there or not."""

    async def new_channel(self, prefix: str = "specific.") -> str:
        """A name known in this process alone: groups find it here, and nobody sends to a single socket."""
        channel = f"{prefix}{uuid.uuid4().hex}"
        self.channels[channel] = asyncio.Queue()
        return channel
