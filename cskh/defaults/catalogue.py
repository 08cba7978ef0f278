"""Departments, topics and reasons. Vietnamese and English. What each reason needs is in `checklists`."""

from dataclasses import dataclass

# slug: (Vietnamese, English)
DEPARTMENTS = {
    "intake": ("Tiếp nhận", "Intake"),
    "payments": ("Thanh toán", "Payments"),
    "account-security": ("Bảo mật tài khoản", "Account security"),
    "technical": ("Kỹ thuật", "Technical"),
    "promotions": ("Chương trình khách hàng", "Customer programmes"),
    "quality": ("Chất lượng dịch vụ", "Service quality"),
    "data-protection": ("Bảo vệ dữ liệu", "Data protection"),
    "customer-protection": ("Bảo vệ khách hàng", "Customer protection"),
}
# The one to which goes what must not wait.
PROTECTION_TEAM = "customer-protection"

TOPICS = {
    "transactions": ("Giao dịch", "Transactions", "payments"),
    "account": ("Tài khoản", "Account", "account-security"),
    "service": ("Dịch vụ", "Service", "technical"),
    "rights": ("Quyền của khách hàng", "Customer rights", "data-protection"),
    "general": ("Khác", "Other", "intake"),
}


@dataclass(frozen=True)
class Reason:
    """A reason below a topic."""

    slug: str
    topic: str
    department: str
    vi: str
    en: str
    priority: str = "normal"
    needs_approval: bool = False
    is_complex: bool = False
    is_restricted: bool = False


REASONS = (
    Reason(
        "deposit-not-credited",
        "transactions",
        "payments",
        "Nạp tiền chưa vào",
        "Deposit not credited",
        "urgent",
    ),
    Reason(
        "withdrawal-delayed",
        "transactions",
        "payments",
        "Rút tiền chậm",
        "Withdrawal delayed",
        "urgent",
    ),
    Reason("login-failure", "account", "account-security", "Lỗi đăng nhập", "Login failure", "high"),
    Reason(
        "account-locked",
        "account",
        "account-security",
        "Tài khoản bị khóa",
        "Account locked",
        "urgent",
    ),
    Reason(
        "account-takeover",
        "account",
        "account-security",
        "Nghi bị chiếm đoạt tài khoản",
        "Suspected account takeover",
        "urgent",
        is_complex=True,
    ),
    Reason(
        "impersonation",
        "account",
        "account-security",
        "Mạo danh nhân viên hoặc trang giả",
        "Impersonation or fake site",
        "high",
    ),
    Reason("promotion", "service", "promotions", "Chương trình khuyến mãi", "Promotion terms"),
    Reason(
        "settlement",
        "transactions",
        "technical",
        "Kết quả giao dịch chưa đúng",
        "Result of a transaction disputed",
        "high",
        needs_approval=True,
        is_complex=True,
    ),
    Reason("technical-error", "service", "technical", "Lỗi hệ thống", "Technical error"),
    Reason(
        "staff-conduct",
        "service",
        "quality",
        "Thái độ phục vụ",
        "Staff conduct",
        "high",
        needs_approval=True,
        is_complex=True,
        is_restricted=True,
    ),
    Reason(
        "privacy-request",
        "rights",
        "data-protection",
        "Yêu cầu về dữ liệu cá nhân",
        "Personal data request",
        needs_approval=True,
        is_restricted=True,
    ),
    Reason(
        "self-exclusion", "rights", "account-security", "Tự loại trừ, tạm nghỉ", "Self-exclusion or time-out", "urgent"
    ),
    Reason(
        "account-closed",
        "account",
        "account-security",
        "Khiếu nại tài khoản đã đóng",
        "Complaint about a closed account",
        "high",
    ),
    Reason("suggestion", "general", "quality", "Góp ý", "Suggestion", "low"),
    Reason("other", "general", "intake", "Yêu cầu khác", "Other request"),
)
