"""The office: who works here, which programs may call, and what was changed."""

from . import api_clients, changes, departments, staff

__all__ = ["api_clients", "changes", "departments", "staff"]
