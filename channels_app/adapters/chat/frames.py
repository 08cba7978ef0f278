"""What a visitor's browser says, as it is kept raw and read again."""

import json
import re
from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.utils.translation import gettext as _

from cskh.core.errors import Invalid
from cskh.core.text import checked_body

_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True)
class Said:
    """One message. `client_id` is the browser's own id of it: however often it is sent, it is the same message."""

    client_id: str
    body: str

    @classmethod
    def checked(cls, client_id: object, body: object) -> Self:
        """Raises Invalid for an id of another form, and for a text that is empty or too long."""
        text = checked_body(body if isinstance(body, str) else "", settings.CHAT_MESSAGE_MAX_CHARACTERS)
        return cls(checked_client_id(client_id), text)

    @classmethod
    def read(cls, raw: bytes) -> Self:
        return cls(**json.loads(raw))

    def raw(self) -> bytes:
        return json.dumps({"client_id": self.client_id, "body": self.body}, ensure_ascii=False).encode()


def checked_client_id(client_id: object) -> str:
    if not isinstance(client_id, str) or not _CLIENT_ID.fullmatch(client_id):
        raise Invalid(errors={"client_id": [_("An id of 8 to 64 letters and digits is needed.")]})
    return client_id
