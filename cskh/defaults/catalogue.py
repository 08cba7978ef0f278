"""Departments, topics and reasons, with the evidence each kind of request needs. Vietnamese and English."""

from dataclasses import dataclass, field

from cases.evidence.models import ItemKind

# slug: (Vietnamese, English)
DEPARTMENTS = {
    "intake": ("Tiếp nhận", "Intake"),
    "payments": ("Thanh toán", "Payments"),
    "account-security": ("Bảo mật tài khoản", "Account security"),
    "technical": ("Kỹ thuật", "Technical"),
    "promotions": ("Chương trình khách hàng", "Customer programmes"),
    "quality": ("Chất lượng dịch vụ", "Service quality"),
    "data-protection": ("Bảo vệ dữ liệu", "Data protection"),
}

TOPICS = {
    "transactions": ("Giao dịch", "Transactions", "payments"),
    "account": ("Tài khoản", "Account", "account-security"),
    "service": ("Dịch vụ", "Service", "technical"),
    "rights": ("Quyền của khách hàng", "Customer rights", "data-protection"),
    "general": ("Khác", "Other", "intake"),
}


@dataclass(frozen=True)
class Item:
    """A checklist item: slug, name and why it is needed, in Vietnamese and English."""

    slug: str
    vi: str
    en: str
    why_vi: str
    why_en: str
    mandatory: bool = True
    kind: ItemKind = ItemKind.ANY


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
    items: tuple[Item, ...] = field(default=())


RECEIPT = Item(
    "receipt",
    "Biên lai hoặc sao kê",
    "Receipt or statement line",
    "Để đối chiếu số tiền, thời điểm và tài khoản nhận.",
    "To compare amount, time and receiving account.",
    kind=ItemKind.FILE,
)
TRANSACTION = Item(
    "transaction-code",
    "Mã giao dịch",
    "Transaction code",
    "Mỗi giao dịch có một mã riêng, nhờ đó tìm đúng khoản tiền.",
    "Each transfer has its own code; it finds the very payment.",
    kind=ItemKind.TEXT,
)
SCREENSHOT = Item(
    "screenshot",
    "Ảnh chụp màn hình báo lỗi",
    "Screenshot of the error",
    "Để bộ phận kỹ thuật thấy đúng thông báo.",
    "So that the technical team sees the very message.",
    kind=ItemKind.FILE,
)
REQUEST_ID = Item(
    "request-id",
    "Mã lệnh rút tiền",
    "Withdrawal request id",
    "Để tìm đúng lệnh rút.",
    "To find the very request.",
    kind=ItemKind.TEXT,
)
IDENTITY = Item(
    "identity-proof",
    "Thông tin xác minh danh tính",
    "Proof of identity",
    "Để bảo vệ tài khoản của Quý khách trước người khác.",
    "To protect your account from others.",
)
OFFER = Item(
    "offer",
    "Ảnh chụp chương trình",
    "Screenshot of the offer",
    "Để xem đúng điều kiện Quý khách đã thấy.",
    "To see the very conditions you were shown.",
    kind=ItemKind.FILE,
)
LINK = Item(
    "link",
    "Đường dẫn hoặc số điện thoại đã liên hệ",
    "Link or telephone number that contacted you",
    "Để xác minh và cảnh báo cho người khác.",
    "To check it and warn others.",
)

REASONS = (
    Reason(
        "deposit-not-credited",
        "transactions",
        "payments",
        "Nạp tiền chưa vào",
        "Deposit not credited",
        "urgent",
        items=(RECEIPT, TRANSACTION),
    ),
    Reason(
        "withdrawal-delayed",
        "transactions",
        "payments",
        "Rút tiền chậm",
        "Withdrawal delayed",
        "urgent",
        items=(REQUEST_ID,),
    ),
    Reason(
        "login-failure", "account", "account-security", "Lỗi đăng nhập", "Login failure", "high", items=(SCREENSHOT,)
    ),
    Reason(
        "account-locked",
        "account",
        "account-security",
        "Tài khoản bị khóa",
        "Account locked",
        "urgent",
        items=(IDENTITY,),
    ),
    Reason(
        "account-takeover",
        "account",
        "account-security",
        "Nghi bị chiếm đoạt tài khoản",
        "Suspected account takeover",
        "urgent",
        is_complex=True,
        items=(IDENTITY,),
    ),
    Reason(
        "impersonation",
        "account",
        "account-security",
        "Mạo danh nhân viên hoặc trang giả",
        "Impersonation or fake site",
        "high",
        items=(LINK,),
    ),
    Reason("promotion", "service", "promotions", "Chương trình khuyến mãi", "Promotion terms", items=(OFFER,)),
    Reason(
        "settlement",
        "transactions",
        "technical",
        "Kết quả giao dịch chưa đúng",
        "Result of a transaction disputed",
        "high",
        needs_approval=True,
        is_complex=True,
        items=(TRANSACTION, SCREENSHOT),
    ),
    Reason("technical-error", "service", "technical", "Lỗi hệ thống", "Technical error", items=(SCREENSHOT,)),
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
        items=(IDENTITY,),
    ),
    Reason(
        "self-exclusion", "rights", "account-security", "Tự loại trừ, tạm nghỉ", "Self-exclusion or time-out", "urgent"
    ),
    Reason("suggestion", "general", "quality", "Góp ý", "Suggestion", "low"),
    Reason("other", "general", "intake", "Yêu cầu khác", "Other request"),
)
