"""Mail in and out, and how patiently outgoing things are tried again."""

from .env import env, mailboxes

_MAIL = env.email_url("EMAIL_URL", default="smtp://127.0.0.1:25")
EMAIL_BACKEND = _MAIL["EMAIL_BACKEND"]
EMAIL_HOST = _MAIL["EMAIL_HOST"]
EMAIL_PORT = _MAIL["EMAIL_PORT"]
EMAIL_HOST_USER = _MAIL["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _MAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _MAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 30  # seconds

MAILBOXES = mailboxes()
MAIL_FROM_NAME = env.str("MAIL_FROM_NAME", default="")  # the brand's name when empty
MAIL_DOMAIN = env.str("MAIL_DOMAIN", default="cskh.localhost")  # the right side of our Message-IDs
# Names of our mail servers in Authentication-Results; what they refute joins no case. Empty: every sender is believed.
MAIL_TRUSTED_SERVERS = env.list("MAIL_TRUSTED_SERVERS", default=[])
MAIL_FILES_BYTES = (
    25 * 1024 * 1024
)  # what we promise to take in one mail: on the way files grow by a third, and then some
MAIL_MAX_BYTES = 40 * 1024 * 1024  # of a larger mail only the beginning is taken, and staff see that
# At so many polls, 10 s apart, a mail box is held up by a mail that its server refuses; then the mail is shown to staff.
MAIL_FETCH_TRIES = 30
# For one address; beyond that it is a robot that answers us, or somebody who has another's address mailed.
MAIL_ACKNOWLEDGEMENTS_PER_HOUR = 5

# How long a message or answer sent from the desk can still be called back; 0 sends at once.
SEND_HOLD_SECONDS = env.int("SEND_HOLD_SECONDS", default=8)
# Waits between the tries of an outgoing message, in seconds; after the last one it is given up and shown to staff.
DELIVERY_RETRY_SECONDS = (10, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600)
DELIVERY_CLAIM_SECONDS = env.int("DELIVERY_CLAIM_SECONDS", default=120)  # a sender silent for longer is taken for dead
INBOUND_RETRY_SECONDS = (5, 60, 300, 3600)
WEBHOOK_TIMEOUT_SECONDS = 10
WEBHOOK_ALLOW_PRIVATE = env.bool("WEBHOOK_ALLOW_PRIVATE", default=False)  # only where targets are on the own network
