"""The operator's system that carries remedies out, and how patiently it is asked."""

from datetime import timedelta

from django.core.exceptions import ImproperlyConfigured

from .env import env

# Empty: there is no such system, and remedies are carried out by hand, with proof.
OPERATOR_REMEDIES_URL = env.str("OPERATOR_REMEDIES_URL", default="").rstrip("/")
OPERATOR_REMEDIES_SECRET = env.str("OPERATOR_REMEDIES_SECRET", default="")
if OPERATOR_REMEDIES_URL and not OPERATOR_REMEDIES_SECRET:
    raise ImproperlyConfigured("OPERATOR_REMEDIES_SECRET signs what OPERATOR_REMEDIES_URL is asked: set both or none.")
OPERATOR_REMEDIES_TIMEOUT_SECONDS = env.float("OPERATOR_REMEDIES_TIMEOUT_SECONDS", default=20.0)
OPERATOR_REMEDIES_RETRY_SECONDS = (30, 120, 600, 1800, 3600, 6 * 3600)
OPERATOR_REMEDIES_CLAIM = timedelta(minutes=2)  # above two calls
