"""The case's own settings: brand, code, limits, and who listens to case events."""

from datetime import timedelta

from .env import env, reminder_points, scanner_address

BRAND_NAME = env.str("BRAND_NAME", default="Bến Xanh")
BRAND_COLOR = env.str("BRAND_COLOR", default="#0f766e")
BRAND_HOTLINE = env.str("BRAND_HOTLINE", default="1900 0000")
BRAND_EMAIL = env.str("BRAND_EMAIL", default="cskh@benxanh.example")
BRAND_APP = env.str("BRAND_APP", default="")
# Sent at once and by itself where a customer's words are flagged for protection, such as with help lines; empty: nothing is sent.
SAFETY_REPLY = {"vi": env.str("SAFETY_REPLY_VI", default=""), "en": env.str("SAFETY_REPLY_EN", default="")}
# Official responses to complaints: how their numbers begin, and the role that answers for them. A final response says where
# customers can turn outside; so is told whoever comes back without new facts.
RESPONSE_NUMBER_PREFIX = env.str("RESPONSE_NUMBER_PREFIX", default="PH")
RESPONSE_SIGNED_BY = {
    "vi": env.str("RESPONSE_SIGNED_BY_VI", default="Phụ trách giải quyết khiếu nại"),
    "en": env.str("RESPONSE_SIGNED_BY_EN", default="Head of complaints"),
}
EXTERNAL_ROUTE = {
    "vi": env.str(
        "EXTERNAL_ROUTE_VI",
        default="Quý khách có thể đề nghị cơ quan, tổ chức bảo vệ quyền lợi người tiêu dùng hỗ trợ, yêu cầu hòa giải hoặc "
        "trọng tài, hoặc khởi kiện tại tòa án theo quy định của pháp luật.",
    ),
    "en": env.str(
        "EXTERNAL_ROUTE_EN",
        default="You may turn to the consumer protection authority or a consumer organisation, ask for mediation or "
        "arbitration, or go to court, as the law provides.",
    ),
}
# After the outcome customers are asked once a round how satisfied they are; so long they can say it, and change it.
SATISFACTION_ASKED = env.bool("SATISFACTION_ASKED", default=True)
SATISFACTION_OPEN_FOR = timedelta(days=14)
# Where customers reach the public pages; used in links of our messages.
PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:8000").rstrip("/")

CASE_CODE_PREFIX = env.str("CASE_CODE_PREFIX", default="CS")

# Called in this order, inside the transaction of the change, with (case, event).
CASE_EVENT_LISTENERS = (
    "channels_app.outbox.on_case_event",
    "channels_app.notices.on_case_event",
    "channels_app.webhooks.on_case_event",
    "channels_app.push.on_case_event",
    "channels_app.first_words.on_case_event",  # records more itself: whoever listens hears of one after the other
)

# Gives what is shipped for a category, by its slug, as entries that a version of its checklist may begin with.
SHIPPED_CHECKLISTS = "cskh.defaults.entries.entries_for"

# Limits of what one message or form may carry.
MESSAGE_MAX_CHARACTERS = 100_000
SUBJECT_MAX_CHARACTERS = 300
AMOUNT_MAX_VND = 10**15
EVIDENCE_MAX_BYTES = 10 * 1024 * 1024
EVIDENCE_MAX_FILES_PER_UPLOAD = 10
EVIDENCE_MAX_BYTES_PER_CASE = 50 * 1024 * 1024
UPLOAD_PIECE_MAX_BYTES = 1024 * 1024  # of a file that arrives in pieces
UPLOAD_KEPT_FOR = timedelta(days=1)  # since its last piece
EVIDENCE_MAX_PIXELS = 40_000_000
EVIDENCE_MAX_PAGES = 20
EVIDENCE_DECODE_SECONDS = 60  # then a file counts as damaged

# The malware scanner: clamd at `unix:///path` or `tcp://host:port`; empty where there is none. Until it has said that a file is
# clean nobody gets to see it. Scanner and our side of the line give up on one file after so many seconds.
CLAMD = scanner_address()
CLAMD_TIMEOUT_SECONDS = 30  # of silence
CLAMD_TOTAL_SECONDS = 120  # for one file, however slowly the scanner reads and speaks; a task has 240

# Above this, whatever is found about a fact counts once a second person has confirmed it.
VERIFY_ALONE_MAX_VND = env.int("VERIFY_ALONE_MAX_VND", default=20_000_000)

# How far a figure must be backed before the public page shows it (closed cases of a category in the window).
PUBLIC_FIGURES_MINIMUM = 20
PUBLIC_FIGURES_WINDOW = timedelta(days=90)

# Silence after an answer and the rhythm of progress messages stand in the operator's rule pack (`cases.sla.packs`).
# Evidence: how long is waited at most from the delivery of a request; at which points on the way to its due time the customer
# is reminded, in percent of the wait. How long is waited by default is a service target (`evidence_wait`), by category,
# priority and channel.
EVIDENCE_LONGEST_WAIT = timedelta(hours=72)
EVIDENCE_REMINDERS_AT_PERCENT = reminder_points()
CALL_BACK_WITHIN = timedelta(minutes=15)

# So many cases go into one exported file; whoever wants more chooses less at once.
REPORT_EXPORT_MOST = env.int("REPORT_EXPORT_MOST", default=50_000)
