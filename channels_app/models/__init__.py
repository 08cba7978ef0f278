"""How messages come in and go out."""

from .calls import Call
from .chat import Chat, ChatDuty
from .help import HelpArticle, HelpVersion
from .inbound import InboundItem, MailboxState
from .messages import Attachment, Message, ReplyTemplate
from .outgoing import Delivery, OneTimeCode, StaffNotice
from .uploads import PartialUpload, UploadPiece
from .webhooks import WebhookDelivery, WebhookTarget
from .writing import Draft, HeldSend

__all__ = [
    "Attachment",
    "Call",
    "Chat",
    "ChatDuty",
    "Delivery",
    "Draft",
    "HeldSend",
    "HelpArticle",
    "HelpVersion",
    "InboundItem",
    "MailboxState",
    "Message",
    "OneTimeCode",
    "PartialUpload",
    "ReplyTemplate",
    "StaffNotice",
    "UploadPiece",
    "WebhookDelivery",
    "WebhookTarget",
]
