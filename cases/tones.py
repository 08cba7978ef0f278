"""How loud the pages of the desk mark a status or a priority; what is not named is calm."""

from .states import Priority, Status

PRIORITY_TONES = {Priority.URGENT.value: "bad", Priority.HIGH.value: "warn", Priority.LOW.value: "quiet"}
STATUS_TONES = {
    Status.RECEIVED.value: "new",
    Status.ROUTED.value: "new",
    Status.AWAITING_CUSTOMER.value: "quiet",
    Status.AWAITING_APPROVAL.value: "warn",
    Status.ANSWERED.value: "good",
    Status.REOPENED.value: "bad",
    Status.CLOSED.value: "quiet",
}
