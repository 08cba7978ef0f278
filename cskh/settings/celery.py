"""Celery: what runs in the background, and when."""

from kombu import Queue

from .env import broker_url

CELERY_BROKER_URL = broker_url()
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300  # seconds
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # for ever: it comes back some time
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,  # above the longest task, so that a lost worker's task is taken up within minutes
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    "max_retries": 0,  # whoever announces a task to a broker that is away goes on at once; workers and beat wait for it
}
CELERY_TASK_PUBLISH_RETRY = False  # the database knows what is due; a broker that is away must not hold a request up
CELERY_TIMEZONE = "UTC"
# What waits for other people's servers stands in a line of its own, so that workers of their own can be given to it: one that
# does not answer then holds up nothing of ours. So does what looks into files, which takes time and memory. A worker that is
# given no queue takes from all.
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_TASK_QUEUES = [Queue("celery"), Queue("outside"), Queue("evidence")]
CELERY_TASK_ROUTES = {
    "cases.tasks.examine_file": {"queue": "evidence"},
    "cases.tasks.sweep_files": {"queue": "evidence"},
    "cases.tasks.sweep_orphans": {"queue": "evidence"},
    "channels_app.tasks.poll_mailbox": {"queue": "outside"},
    "channels_app.tasks.send_webhook": {"queue": "outside"},
    "cases.tasks.look_up_codes": {"queue": "outside"},
    "cases.tasks.pull_records": {"queue": "outside"},
    "cases.tasks.carry_out_remedy": {"queue": "outside"},
}

# Beat only asks "what is due?"; due times live in the database.
CELERY_BEAT_SCHEDULE = {
    "sweep-due": {"task": "cases.tasks.sweep_due", "schedule": 20.0},
    "sweep-deliveries": {"task": "channels_app.tasks.sweep_deliveries", "schedule": 10.0},
    "sweep-held": {"task": "channels_app.tasks.sweep_held", "schedule": 3.0},
    "sweep-webhooks": {"task": "channels_app.tasks.sweep_webhooks", "schedule": 15.0},
    "sweep-inbound": {"task": "channels_app.tasks.sweep_inbound", "schedule": 15.0},
    # One that no worker took up meanwhile is of no use: the next one is there.
    "sweep-files": {"task": "cases.tasks.sweep_files", "schedule": 60.0, "options": {"expires": 60}},
    "sweep-orphans": {"task": "cases.tasks.sweep_orphans", "schedule": 300.0, "options": {"expires": 300}},
    "sweep-records": {"task": "cases.tasks.sweep_records", "schedule": 20.0},
    "sweep-remedies": {"task": "cases.tasks.sweep_remedies", "schedule": 20.0},
    "note-left-chats": {"task": "channels_app.tasks.note_left_chats", "schedule": 10.0},
    "take-back-chats": {"task": "channels_app.tasks.take_back_chats", "schedule": 10.0},
    "give-out-chats": {"task": "channels_app.tasks.give_out_chats", "schedule": 10.0},
    "poll-mail": {"task": "channels_app.tasks.poll_mailboxes", "schedule": 10.0},
    "recount-clocks": {"task": "cases.tasks.recount_clocks", "schedule": 3600.0},  # asked for while the broker was away
    "keep-reports": {"task": "cases.tasks.keep_reports", "schedule": 60.0, "options": {"expires": 60}},
    "forget-partial-uploads": {"task": "channels_app.tasks.forget_partial_uploads", "schedule": 3600.0},
    "forget-idempotency": {"task": "cskh.core.tasks.forget_idempotency_keys", "schedule": 3600.0},
}
