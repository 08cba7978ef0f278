"""The channels in the office: what came in, what goes out, whom we tell; prepared texts; telephone calls."""

from . import calls, inbound, outgoing, templates, webhooks

__all__ = ["calls", "inbound", "outgoing", "templates", "webhooks"]
