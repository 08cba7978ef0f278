"""The channels in the office: what came in, what goes out, whom we tell; prepared texts; telephone calls."""

from . import calls, chat_duties, help_articles, inbound, outgoing, templates, webhooks

__all__ = ["calls", "chat_duties", "help_articles", "inbound", "outgoing", "templates", "webhooks"]
