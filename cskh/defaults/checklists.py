"""What each kind of request needs: facts, evidence of the customer, records of ours, checks. Vietnamese and English.

What is mandatory is asked for where it is missing. Each type of dispute has one thing at its heart without which nothing is
decided (I3): the fact its outcome turns on, which must be verified, or a look into what is ours, a mandatory check. One, so that
simple matters stay quick: a fact that our books show, or a check, is one press. Questions and suggestions ask for nothing.
"""

from dataclasses import dataclass, replace

from cases.evidence.models import CaseField, ItemKind, Part
from cases.records.models import RecordKind

Words = tuple[str, str]  # Vietnamese, English
NO_WORDS: Words = ("", "")


@dataclass(frozen=True, kw_only=True)
class Item:
    """One entry: what it is called, why it is needed, in which form, and how else the customer can prove it."""

    part: Part
    slug: str
    name: Words
    why: Words = NO_WORDS
    formats: Words = NO_WORDS
    example: Words = NO_WORDS
    otherwise: Words = NO_WORDS
    kind: ItemKind = ItemKind.ANY
    either_of: str = ""
    case_field: str = ""
    record: str = ""
    mandatory: bool = False
    must_be_verified: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        return (*self.name, *self.why, *self.formats, *self.example, *self.otherwise)


PICTURE = ("Ảnh JPG, PNG, HEIC hoặc tệp PDF", "JPG, PNG or HEIC picture, or PDF")
STATEMENT_HELPS = (
    "Gửi dòng sao kê của ngân hàng hoặc ví có khoản tiền này, hoặc xác nhận giao dịch do ngân hàng cấp.",
    "Send the line of your bank or wallet statement with this payment, or a confirmation from your bank.",
)


def fact(
    slug: str,
    name: Words,
    why: Words,
    *,
    example: Words = NO_WORDS,
    otherwise: Words = NO_WORDS,
    case_field: str = "",
    mandatory: bool = False,
    must_be_verified: bool = False,
) -> Item:
    return Item(
        part=Part.FACT,
        slug=slug,
        name=name,
        why=why,
        example=example,
        otherwise=otherwise,
        kind=ItemKind.TEXT,
        case_field=case_field,
        mandatory=mandatory,
        must_be_verified=must_be_verified,
    )


def evidence(
    slug: str,
    name: Words,
    why: Words,
    *,
    example: Words = NO_WORDS,
    otherwise: Words = NO_WORDS,
    formats: Words = PICTURE,
    kind: ItemKind = ItemKind.FILE,
    either_of: str = "",
    mandatory: bool = False,
) -> Item:
    return Item(
        part=Part.EVIDENCE,
        slug=slug,
        name=name,
        why=why,
        formats=formats,
        example=example,
        otherwise=otherwise,
        kind=kind,
        either_of=either_of,
        mandatory=mandatory,
    )


def record(kind: RecordKind, slug: str, name: Words) -> Item:
    return Item(part=Part.RECORD, slug=slug, name=name, record=kind.value)


def record_by_hand(slug: str, name: Words) -> Item:
    """Of which no source can be asked: somebody looks into the operator's own system."""
    return Item(part=Part.RECORD, slug=slug, name=name)


def check(slug: str, name: Words, why: Words = NO_WORDS, *, mandatory: bool = False) -> Item:
    return Item(part=Part.CHECK, slug=slug, name=name, why=why, mandatory=mandatory)


TRANSACTION = fact(
    "transaction-code",
    ("Mã giao dịch", "Transaction code"),
    (
        "Mỗi giao dịch có một mã riêng, nhờ đó tìm đúng khoản tiền.",
        "Each transfer has its own code; it finds the very payment.",
    ),
    example=("FT26326004511, ghi trên biên lai của ngân hàng", "FT26326004511, as printed on the bank's receipt"),
    otherwise=STATEMENT_HELPS,
    case_field=CaseField.TRANSACTION,
    mandatory=True,
)
AMOUNT = fact(
    "amount",
    ("Số tiền", "Amount"),
    ("Để đối chiếu đúng khoản tiền.", "To match the very payment."),
    example=("2.000.000 ₫", "2,000,000 ₫"),
    otherwise=STATEMENT_HELPS,
    case_field=CaseField.AMOUNT,
)
WHEN = fact(
    "incident-time",
    ("Thời điểm xảy ra", "When it happened"),
    (
        "Để tìm trong nhật ký của hệ thống; nhớ khoảng nào ghi khoảng ấy.",
        "To find it in our logs; as closely as you remember.",
    ),
    example=("9 giờ 05 ngày 22/11, sai số 10 phút", "9:05 on 22 November, give or take 10 minutes"),
    otherwise=(
        "Gửi ảnh chụp màn hình có giờ, hoặc tin nhắn nhận được lúc đó.",
        "Send a screenshot that shows the time, or a message you got then.",
    ),
    case_field=CaseField.INCIDENT,
)
DEVICE = fact(
    "device",
    ("Thiết bị và phiên bản ứng dụng", "Device and app version"),
    ("Để thử lại đúng trường hợp của Quý khách.", "To try it under the same conditions."),
    example=("iPhone 13, ứng dụng 5.2.0", "iPhone 13, app 5.2.0"),
    otherwise=(
        "Gửi ảnh chụp trang “Giới thiệu” của ứng dụng và của máy.",
        "Send a screenshot of the “About” page of the app and of the device.",
    ),
)
NETWORK = fact(
    "network",
    ("Mạng đang dùng", "Network in use"),
    ("Để loại trừ lỗi đường truyền.", "To rule out the connection."),
    example=("Wifi nhà, 4G Viettel", "Home wifi, 4G"),
    otherwise=(
        "Gửi ảnh chụp màn hình có biểu tượng mạng lúc xảy ra lỗi.",
        "Send a screenshot with the network sign at the time of the error.",
    ),
)
USERNAME = fact(
    "username",
    ("Tên đăng nhập", "User name"),
    (
        "Để tìm đúng tài khoản. Không gửi mật khẩu hay mã OTP.",
        "To find your account. Never send your password or a one-time code.",
    ),
    otherwise=("Gửi số điện thoại hoặc email đã đăng ký.", "Send the telephone number or email you registered."),
)
SCREENSHOT = evidence(
    "screenshot",
    ("Ảnh chụp màn hình báo lỗi", "Screenshot of the error"),
    ("Để bộ phận kỹ thuật thấy đúng thông báo.", "So that the technical team sees the very message."),
    example=("Cả màn hình, thấy mã lỗi và đồng hồ", "The whole screen, with the code of the error and the clock"),
    otherwise=("Chép lại nguyên văn thông báo lỗi.", "Copy the message word for word."),
    mandatory=True,
)
IDENTITY = evidence(
    "identity-proof",
    ("Thông tin xác minh danh tính", "Proof of identity"),
    ("Để bảo vệ tài khoản của Quý khách trước người khác.", "To protect your account from others."),
    formats=(
        "Trả lời câu hỏi xác minh, hoặc ảnh giấy tờ đã che phần không cần",
        "Answers to our questions, or a picture of a document with the rest covered",
    ),
    example=(
        "Che các số giữa của CCCD, để lộ họ tên và bốn số cuối",
        "Cover the middle digits of the ID; leave the name and last four digits",
    ),
    otherwise=(
        "Xác minh bằng mã gửi tới số điện thoại hoặc email đã đăng ký.",
        "Confirm by a code sent to your registered telephone or email.",
    ),
    kind=ItemKind.ANY,
    mandatory=True,
)

CHECKLISTS: dict[str, tuple[Item, ...]] = {
    "deposit-not-credited": (
        replace(TRANSACTION, must_be_verified=True),
        AMOUNT,
        WHEN,
        fact(
            "sending-bank",
            ("Ngân hàng hoặc ví chuyển tiền", "Sending bank or wallet"),
            ("Để biết hỏi nơi nào.", "To know whom to ask."),
            example=("Vietcombank, MoMo", "Vietcombank, MoMo"),
            otherwise=STATEMENT_HELPS,
        ),
        fact(
            "payment-way",
            ("Cách nạp tiền", "Way of payment"),
            ("Mỗi cách đi qua một hệ thống đối soát riêng.", "Each way is reconciled by a system of its own."),
            example=("Chuyển khoản, ví điện tử, thẻ cào, mã QR", "Bank transfer, e-wallet, phone card, QR code"),
            otherwise=("Gửi ảnh chụp màn hình nạp tiền.", "Send a screenshot of the deposit screen."),
        ),
        fact(
            "sending-account",
            ("Bốn số cuối của tài khoản chuyển", "Last four digits of the sending account"),
            ("Để nhận ra khoản tiền trên sao kê.", "To recognise the payment on the statement."),
            example=("6789", "6789"),
            otherwise=STATEMENT_HELPS,
        ),
        fact(
            "receiving-account",
            ("Tài khoản nhận hoặc mã QR hiện trên màn hình", "Receiving account or QR code that was shown"),
            ("Để biết tiền tới tài khoản nào.", "To know which account the money went to."),
            otherwise=("Gửi ảnh chụp màn hình nạp tiền.", "Send a screenshot of the deposit screen."),
        ),
        fact(
            "transfer-content",
            ("Nội dung chuyển khoản", "Transfer content"),
            (
                "Hệ thống ghi có theo nội dung; sai một chữ cũng làm chậm.",
                "Payments are credited by it; one wrong letter delays them.",
            ),
            otherwise=STATEMENT_HELPS,
        ),
        evidence(
            "receipt",
            ("Biên lai chuyển khoản", "Transfer receipt"),
            ("Để đối chiếu số tiền, thời điểm và tài khoản nhận.", "To compare amount, time and receiving account."),
            example=("Màn hình “Giao dịch thành công” của ngân hàng", "The bank's “Transfer successful” screen"),
            otherwise=STATEMENT_HELPS,
            either_of="payment-proof",
            mandatory=True,
        ),
        evidence(
            "statement-line",
            ("Dòng sao kê có khoản tiền", "Statement line with the payment"),
            ("Thay cho biên lai: sao kê do ngân hàng lập.", "Instead of the receipt: a statement is made by the bank."),
            example=(
                "Một dòng sao kê có ngày, số tiền, nội dung; che các dòng khác",
                "One line with date, amount and content; cover the others",
            ),
            otherwise=(
                "Gửi biên lai chuyển khoản, hoặc xác nhận giao dịch do ngân hàng cấp.",
                "Send the transfer receipt, or a confirmation of the transfer from your bank.",
            ),
            either_of="payment-proof",
            mandatory=True,
        ),
        evidence(
            "deposit-screen",
            ("Ảnh chụp màn hình nạp tiền", "Screenshot of the deposit screen"),
            ("Chỉ khi sai nội dung hoặc sai tài khoản nhận.", "Only where content or receiving account were wrong."),
            example=(
                "Màn hình có mã QR hoặc số tài khoản nhận",
                "The screen with the QR code or the receiving account",
            ),
            otherwise=(
                "Chép lại số tài khoản và nội dung đã nhập.",
                "Copy the account number and the transfer content you entered.",
            ),
        ),
        record(
            RecordKind.DEPOSITS,
            "deposit-order",
            (
                "Lệnh nạp, trạng thái đối soát, lần ghi có trước cùng mã",
                "Deposit order, state of reconciliation, earlier credits with the same code",
            ),
        ),
        record_by_hand(
            "receiving-statement",
            (
                "Sao kê tài khoản nhận và nhật ký cổng thanh toán",
                "Statement of the receiving account and log of the payment gateway",
            ),
        ),
        record_by_hand(
            "accounts-then",
            ("Danh sách tài khoản nhận có hiệu lực lúc đó", "List of the receiving accounts valid at that time"),
        ),
        record(RecordKind.CUSTOMER, "customer-record", ("Hồ sơ khách hàng", "Customer record")),
        check("code-unused", ("Mã giao dịch chưa được ghi có lần nào", "The code was never credited before")),
        check(
            "amount-equal",
            ("Số tiền trên sao kê bằng số tiền khách nói", "The amount on the statement is that of the claim"),
        ),
        check("time-window", ("Thời điểm nằm trong khoảng khách nói", "The time fits the claim")),
        check(
            "account-ours", ("Tài khoản nhận là của chúng ta vào lúc đó", "The receiving account was ours at that time")
        ),
        check(
            "name-match",
            (
                "Tên người chuyển khớp với khách hàng, không phải bên thứ ba",
                "The sender's name is the customer's, no third party's",
            ),
        ),
        check("no-duplicate", ("Không có yêu cầu khác về cùng khoản tiền", "No other case is about the same payment")),
    ),
    "withdrawal-delayed": (
        fact(
            "request-id",
            ("Mã lệnh rút tiền", "Withdrawal request id"),
            ("Để tìm đúng lệnh rút.", "To find the very request."),
            example=("RT-88120", "RT-88120"),
            otherwise=("Gửi ảnh chụp màn hình lịch sử rút tiền.", "Send a screenshot of your withdrawal history."),
            case_field=CaseField.TRANSACTION,
            mandatory=True,
            must_be_verified=True,
        ),
        AMOUNT,
        WHEN,
        fact(
            "destination",
            ("Ngân hàng nhận và bốn số cuối tài khoản", "Destination bank and last four digits"),
            ("Để kiểm tra nơi tiền được gửi tới.", "To check where the money was sent."),
            example=("Techcombank, 1234", "Techcombank, 1234"),
            otherwise=(
                "Gửi ảnh tài khoản nhận trong ứng dụng ngân hàng, che các số giữa.",
                "Send a picture of the account in your bank's app with the middle digits covered.",
            ),
        ),
        fact(
            "status-shown",
            ("Trạng thái và thông báo hiện trên màn hình", "Status and message shown"),
            ("Để biết lệnh dừng ở bước nào.", "To know at which stage it stands."),
            example=("“Đang xử lý”, từ 14 giờ", "“Being processed”, since 14:00"),
            otherwise=("Gửi ảnh chụp màn hình lệnh rút.", "Send a screenshot of the request."),
        ),
        evidence(
            "withdrawal-screen",
            ("Ảnh chụp màn hình lệnh rút", "Screenshot of the request"),
            ("Nếu trạng thái khó tả bằng lời.", "Where the status is hard to put into words."),
            example=("Lịch sử rút tiền, thấy mã lệnh và trạng thái", "The history, with the id and the status"),
            otherwise=("Chép lại mã lệnh và trạng thái.", "Copy the request id and the status."),
        ),
        record(
            RecordKind.WITHDRAWALS,
            "withdrawal-order",
            ("Lệnh rút, các bước duyệt, mã trả về của ngân hàng", "Request, approvals, return code of the bank"),
        ),
        record(
            RecordKind.CUSTOMER,
            "customer-record",
            (
                "Trạng thái xác minh, hạn mức, cờ tạm giữ của khách",
                "Verification state, limits and hold flag of the customer",
            ),
        ),
        record(RecordKind.BONUSES, "wagering-state", ("Tiến độ điều kiện khuyến mãi", "Progress of bonus conditions")),
        check(
            "asked-earlier",
            (
                "Giấy tờ định hỏi có thể đã hỏi sớm hơn không? Nếu có, không giữ tiền vì nó",
                "Could the document have been asked for earlier? Then it holds nothing back",
            ),
        ),
        check("name-match", ("Tên tài khoản nhận khớp với khách hàng", "The account's name is the customer's")),
        check("bank-maintenance", ("Ngân hàng nhận có bảo trì không", "Whether the bank was under maintenance")),
        check("limits", ("Hạn mức và lệnh trùng", "Limits and duplicate requests")),
        check("never-pay", ("Không bao giờ hỏi thêm tiền để trả tiền rút", "Never ask for money to release money")),
    ),
    "login-failure": (
        USERNAME,
        WHEN,
        DEVICE,
        fact(
            "error-text",
            ("Nội dung thông báo lỗi", "Error text"),
            ("Để biết đăng nhập dừng ở đâu.", "To know where signing in stops."),
            example=("E-104: sai mã xác thực", "E-104: wrong code"),
            otherwise=("Gửi ảnh chụp màn hình báo lỗi.", "Send a screenshot of the error."),
        ),
        NETWORK,
        fact(
            "otp-received",
            ("Có nhận được mã OTP không", "Whether the one-time code arrived"),
            (
                "Để kiểm tra với nhà mạng. Không gửi chính mã đó.",
                "To check with the operator. Never send the code itself.",
            ),
            otherwise=(
                "Gửi ảnh chụp hộp tin nhắn lúc đó, che mọi mã số.",
                "Send a screenshot of your messages at that time, with every code covered.",
            ),
        ),
        SCREENSHOT,
        record(RecordKind.LOGINS, "sign-ins", ("Nhật ký đăng nhập và gửi OTP", "Log of sign-ins and one-time codes")),
        record_by_hand(
            "outage-board", ("Bảng sự cố và nhật ký cổng tin nhắn", "Outage board and log of the message gateway")
        ),
        record(
            RecordKind.CUSTOMER, "customer-record", ("Trạng thái khóa của tài khoản", "Whether the account is locked")
        ),
        check(
            "takeover-signs",
            (
                "Dấu hiệu bị chiếm đoạt: thiết bị mới, đổi mật khẩu, đổi liên hệ",
                "Signs of a takeover: new device, password or contact changed",
            ),
            mandatory=True,
        ),
        check("outage", ("Có sự cố chung vào lúc đó không", "Whether there was an outage")),
        check("identity-level", ("Danh tính đạt mức 1 hoặc 2", "Identity reaches level 1 or 2")),
    ),
    "account-locked": (
        USERNAME,
        WHEN,
        fact(
            "lock-message",
            ("Thông báo khóa hiện trên màn hình", "Message shown"),
            ("Để biết loại khóa.", "To know which lock it is."),
            otherwise=("Gửi ảnh chụp màn hình thông báo.", "Send a screenshot of the message."),
        ),
        fact(
            "last-login",
            ("Lần đăng nhập được gần nhất", "Last time you could sign in"),
            ("Để tìm trong nhật ký lúc bắt đầu bị khóa.", "To find in our logs when the lock began."),
            example=("Tối 21/11, trên iPhone", "The evening of 21 November, on an iPhone"),
            otherwise=("Gửi email hoặc tin nhắn báo đăng nhập.", "Send the mail or message that told of the sign-in."),
        ),
        fact(
            "recent-changes",
            ("Thay đổi gần đây: mật khẩu, số điện thoại, thiết bị", "Recent changes: password, telephone, device"),
            ("Để hiểu vì sao hệ thống khóa.", "To understand why it was locked."),
            otherwise=(
                "Gửi email hoặc tin nhắn báo thay đổi.",
                "Send the mail or message that told of the change.",
            ),
        ),
        IDENTITY,
        record(
            RecordKind.CUSTOMER,
            "lock-reason",
            ("Lý do khóa, ai hoặc quy tắc nào khóa", "Reason of the lock, who or which rule locked"),
        ),
        record(RecordKind.LOGINS, "sign-ins", ("Nhật ký đăng nhập", "Log of sign-ins")),
        check(
            "self-exclusion-first",
            (
                "Xem danh sách tự loại trừ trước tiên: nếu có, không mở khóa",
                "Self-exclusion register first: whoever is on it is not unlocked",
            ),
            mandatory=True,
        ),
        check(
            "profile-match",
            ("Họ tên, ngày sinh, số giấy tờ khớp với hồ sơ", "Name, birth date and document match the profile"),
        ),
        check(
            "document-valid",
            ("Giấy tờ còn hạn, số CCCD đúng cấu trúc", "The document is valid, the ID number consistent"),
        ),
        check(
            "face-by-a-person",
            (
                "Nếu phải so khuôn mặt: do người so, không do máy",
                "Where faces must be compared: by a person, by no machine",
            ),
        ),
        check(
            "compliance-asked",
            (
                "Lý do thuộc phòng chống rửa tiền chỉ bộ phận tuân thủ xem",
                "Reasons of money-laundering rules are looked at by compliance alone",
            ),
        ),
        check(
            "proportionate",
            ("Chỉ hỏi giấy tờ khi lý do khóa là danh tính", "A document only where identity is the reason"),
        ),
    ),
    "account-takeover": (
        fact(
            "last-own-login",
            ("Lần đăng nhập cuối của chính Quý khách", "Your own last sign-in"),
            ("Để biết từ lúc nào là của người khác.", "To know from when on it was somebody else."),
            otherwise=(
                "Cho biết thiết bị và nơi Quý khách thường đăng nhập.",
                "Tell us the device and place you usually sign in from.",
            ),
            mandatory=True,
            must_be_verified=True,
        ),
        WHEN,
        fact(
            "unknown-actions",
            ("Những việc Quý khách không làm", "What you did not do yourself"),
            ("Để chặn và xem lại từng việc.", "To stop and review each of them."),
            example=(
                "Đổi mật khẩu 2 giờ sáng, lệnh rút 3.000.000 ₫",
                "Password change at 2 am, withdrawal of 3,000,000 ₫",
            ),
            otherwise=(
                "Gửi thông báo của ứng dụng hoặc ngân hàng về việc đó.",
                "Send what the app or your bank told you about it.",
            ),
        ),
        fact(
            "amount-lost",
            ("Số tiền đã bị lấy", "Amount that was taken"),
            (
                "Để tìm và chặn đúng khoản tiền; chưa mất gì thì ghi 0.",
                "To find and stop the very payment; write 0 where nothing was.",
            ),
            example=("3.000.000 ₫", "3,000,000 ₫"),
            otherwise=STATEMENT_HELPS,
            case_field=CaseField.AMOUNT,
        ),
        DEVICE,
        IDENTITY,
        evidence(
            "notification",
            ("Thông báo hoặc tin nhắn nhận được", "Notification or message you got"),
            ("Để thấy thời điểm và việc đã xảy ra.", "To see what happened and when."),
            example=("Tin nhắn báo mật khẩu vừa được đổi", "The message that the password was changed"),
            otherwise=("Chép lại nội dung và giờ nhận.", "Copy its words and when it came."),
        ),
        evidence(
            "police-report",
            ("Số tiếp nhận của công an, nếu đã trình báo", "Police report number, if you filed one"),
            ("Không bắt buộc; giúp khi làm việc với ngân hàng.", "Not required; it helps with the bank."),
            formats=("Ảnh, PDF hoặc chữ", "Picture, PDF or text"),
            example=("Số tiếp nhận và nơi trình báo", "The number and where it was filed"),
            otherwise=("Không cần gì thay thế: giấy này không bắt buộc.", "Nothing instead: it is not required."),
            kind=ItemKind.ANY,
        ),
        record(
            RecordKind.LOGINS,
            "sign-ins",
            ("Thiết bị, địa chỉ mạng, thay đổi mật khẩu", "Devices, addresses, password changes"),
        ),
        record(RecordKind.WITHDRAWALS, "withdrawals", ("Lệnh rút từ lúc đó", "Withdrawals since then")),
        record(RecordKind.CUSTOMER, "customer-record", ("Lịch sử thay đổi liên hệ", "Changes of contacts")),
        check("frozen", ("Đã dừng tiền ra và chấm dứt mọi phiên đăng nhập", "Outgoing money stopped, sessions ended")),
        check(
            "identity-level",
            ("Khôi phục chỉ khi danh tính đạt mức 2 trở lên", "Restored only from identity level 2 on"),
        ),
    ),
    "impersonation": (
        fact(
            "contacted-by",
            ("Họ liên hệ qua đâu và xưng là ai", "How they contacted you and who they said they were"),
            ("Để xác minh và cảnh báo cho người khác.", "To check it and warn others."),
            example=("Zalo, xưng là nhân viên hỗ trợ", "Zalo, as a member of support"),
            otherwise=("Gửi ảnh chụp cuộc trao đổi.", "Send screenshots of the conversation."),
        ),
        fact(
            "loss",
            ("Đã mất tiền hoặc thông tin gì chưa", "Whether money or data were lost"),
            (
                "Nếu có: báo ngân hàng ngay để chặn, và trình báo công an.",
                "If so: tell your bank at once to stop it, and the police.",
            ),
            otherwise=STATEMENT_HELPS,
            case_field=CaseField.AMOUNT,
        ),
        evidence(
            "link",
            ("Đường dẫn hoặc số điện thoại đã liên hệ", "Link or telephone number that contacted you"),
            ("Để yêu cầu chặn trang và số đó.", "To have the site and the number blocked."),
            formats=("Chép lại, hoặc ảnh chụp màn hình", "Copied, or a screenshot"),
            example=("cskh-hotro.example, 0900 000 000", "cskh-hotro.example, 0900 000 000"),
            otherwise=(
                "Ảnh chụp danh bạ, nhật ký cuộc gọi hoặc thanh địa chỉ.",
                "A screenshot of the contact, the call log or the address bar.",
            ),
            kind=ItemKind.ANY,
            mandatory=True,
        ),
        evidence(
            "conversation",
            ("Ảnh chụp cuộc trao đổi", "Screenshots of the conversation"),
            ("Để thấy cách họ nói.", "To see how they spoke."),
            example=(
                "Đoạn họ xưng danh và đoạn họ đòi tiền",
                "Where they say who they are, and where they ask for money",
            ),
            otherwise=("Kể lại những gì họ đã nói.", "Tell us what they said."),
        ),
        evidence(
            "transfer-receipt",
            ("Biên lai chuyển tiền cho họ, nếu có", "Receipt of a transfer to them, if any"),
            ("Để giúp Quý khách làm việc với ngân hàng.", "To help you with your bank."),
            example=("Màn hình “Giao dịch thành công” của ngân hàng", "The bank's “Transfer successful” screen"),
            otherwise=STATEMENT_HELPS,
        ),
        record(
            RecordKind.CUSTOMER,
            "customer-record",
            ("Tài khoản có bị thay đổi sau đó không", "Whether the account was changed since"),
        ),
        record(RecordKind.LOGINS, "sign-ins", ("Đăng nhập lạ sau đó", "Unknown sign-ins since")),
        check(
            "ours-or-not",
            ("Số, trang, người đó không phải của chúng ta", "Number, site and person are not ours"),
            mandatory=True,
        ),
        check(
            "warned",
            (
                "Đã hướng dẫn báo ngân hàng ngay và công an; không hứa hoàn tiền ngoài chính sách",
                "Told to call bank and police at once; no refund promised beyond policy",
            ),
        ),
        check("others-warned", ("Đã chuyển để chặn trang và cảnh báo", "Passed on for blocking and a warning")),
    ),
    "promotion": (
        fact(
            "campaign",
            ("Tên hoặc mã chương trình", "Campaign name or code"),
            ("Để xem đúng điều kiện.", "To look up the very terms."),
            otherwise=("Gửi tin nhắn hoặc ảnh chụp chương trình.", "Send the message or a screenshot of the offer."),
        ),
        WHEN,
        AMOUNT,
        fact(
            "steps-done",
            ("Những bước đã làm", "Steps you did"),
            ("Để đối chiếu với điều kiện.", "To compare with the terms."),
            example=(
                "Nạp 500.000 ₫ ngày 20/11, nhập mã HOANPHI10",
                "Deposit of 500,000 ₫ on 20 November, code HOANPHI10",
            ),
            otherwise=("Gửi ảnh chụp lịch sử của Quý khách.", "Send a screenshot of your history."),
        ),
        evidence(
            "offer",
            ("Ảnh chụp chương trình", "Screenshot of the offer"),
            ("Để xem đúng điều kiện Quý khách đã thấy.", "To see the very conditions you were shown."),
            example=("Cả trang, thấy tên chương trình và thời hạn", "The whole page, with the name and the dates"),
            otherwise=(
                "Cho biết Quý khách thấy chương trình ở đâu và khi nào.",
                "Tell us where and when you saw the offer.",
            ),
            mandatory=True,
        ),
        record(
            RecordKind.BONUSES,
            "bonus-ledger",
            ("Phiên bản điều kiện lúc đó, tư cách tham gia, tiến độ", "Terms as they were then, eligibility, progress"),
        ),
        record(RecordKind.DEPOSITS, "deposits", ("Lần nạp liên quan", "The deposit it goes with")),
        record_by_hand(
            "promises-made", ("Tin nhắn trước đó của nhân viên cho khách", "Earlier messages of agents to the customer")
        ),
        check(
            "terms-then",
            ("Điều kiện của phiên bản vào lúc đó, không phải bây giờ", "The terms as they were then, not now"),
            mandatory=True,
        ),
        check(
            "for-the-customer",
            ("Chỗ chưa rõ được hiểu theo hướng có lợi cho khách", "What is unclear is read in the customer's favour"),
        ),
        check("shown-before", ("Hạn chế đã hiện trước khi nạp", "Restrictions were shown before the deposit")),
        check("promises", ("Nhân viên đã hứa gì trước đó", "What agents promised before")),
    ),
    "settlement": (
        replace(
            TRANSACTION,
            must_be_verified=True,
            name=("Mã giao dịch hoặc mã vé", "Transaction or bet id"),
            why=("Để tìm đúng lượt đặt và kết quả.", "To find the very bet and its result."),
            example=("GD-55120", "GD-55120"),
            otherwise=(
                "Gửi ảnh chụp lịch sử đặt có sự kiện và giờ.",
                "Send a screenshot of your history with event and time.",
            ),
        ),
        AMOUNT,
        WHEN,
        fact(
            "event",
            ("Sự kiện, loại cược hoặc trò chơi", "Event, market or game"),
            ("Để lấy kết quả chính thức.", "To get the official result."),
            example=("Trận A – B, kèo châu Á", "Match A – B, Asian handicap"),
            otherwise=(
                "Gửi ảnh chụp lịch sử đặt có sự kiện và giờ.",
                "Send a screenshot of your history with event and time.",
            ),
        ),
        fact(
            "odds",
            ("Tỷ lệ khi đặt", "Odds when placed"),
            ("Để đối chiếu với lúc hệ thống nhận.", "To compare with what was accepted."),
            example=("1,95", "1.95"),
            otherwise=("Gửi ảnh chụp vé.", "Send a screenshot of the bet slip."),
        ),
        fact(
            "result-shown",
            ("Kết quả đã hiện", "The result that was shown"),
            ("Để so với kết quả Quý khách cho là đúng.", "To compare it with the one you expect."),
            example=("“Thua”, trả 0 ₫", "“Lost”, paid 0 ₫"),
            otherwise=("Gửi ảnh chụp kết quả đã hiện.", "Send a screenshot of the result shown."),
        ),
        fact(
            "expected-result",
            ("Kết quả Quý khách cho là đúng", "The result you expect"),
            ("Để trả lời đúng điểm Quý khách thắc mắc.", "To answer the very point."),
            otherwise=("Gửi nguồn kết quả chính thức.", "Send the source of the official result."),
        ),
        evidence(
            "screenshot",
            ("Ảnh chụp kết quả đã hiện", "Screenshot of the result shown"),
            ("Để thấy đúng điều Quý khách đã thấy.", "To see what you saw."),
            example=("Trang chi tiết vé, thấy mã vé và kết quả", "The page of the bet, with its id and its result"),
            otherwise=("Chép lại mã vé và kết quả đã hiện.", "Copy the id of the bet and the result shown."),
            mandatory=True,
        ),
        record(
            RecordKind.BETS,
            "bet-record",
            ("Lượt đặt: tỷ lệ, giờ nhận, mã vòng", "Placement: odds, time accepted, round id"),
        ),
        record_by_hand(
            "result-sources",
            (
                "Nguồn kết quả, nhật ký nguồn cấp, quy tắc hủy của loại cược",
                "Sources of the result, log of the feed, rules for voiding of the market",
            ),
        ),
        record_by_hand(
            "round-log", ("Nhật ký vòng chơi và mất kết nối", "Log of the game round and of lost connections")
        ),
        record(RecordKind.CUSTOMER, "customer-record", ("Hồ sơ khách hàng", "Customer record")),
        check("official-result", ("So với kết quả chính thức", "Compared with the official result")),
        check("rule-version", ("Quy tắc của loại cược vào lúc đó", "The rule of the market as it was then")),
        check(
            "late-or-error",
            ("Đặt muộn, lỗi hiển nhiên, sửa nguồn, rút sớm", "Late bet, palpable error, feed correction, cash-out"),
        ),
        check("others-affected", ("Người khác có bị ảnh hưởng không", "Whether others are affected")),
    ),
    "technical-error": (
        WHEN,
        DEVICE,
        fact(
            "steps",
            ("Các bước dẫn tới lỗi", "Steps that lead to the error"),
            ("Để làm lại được lỗi.", "To see it ourselves."),
            example=("Mở Lịch sử, chọn tháng 11, bấm Lọc", "Open History, choose November, press Filter"),
            otherwise=("Gửi vài ảnh chụp theo thứ tự các bước.", "Send some screenshots in the order of the steps."),
        ),
        NETWORK,
        SCREENSHOT,
        record(RecordKind.LOGINS, "sign-ins", ("Phiên và thiết bị lúc đó", "Session and device then")),
        record(RecordKind.BETS, "rounds", ("Vòng chơi dở dang, nếu có", "Interrupted rounds, if any")),
        record_by_hand(
            "error-logs", ("Nhật ký lỗi và bảng sự cố lúc đó", "Log of errors and outage board at that time")
        ),
        check("reproduced", ("Đã thử lại trên cùng phiên bản", "Tried on the same version")),
        check("money-affected", ("Có khoản tiền nào bị ảnh hưởng không", "Whether money was affected"), mandatory=True),
    ),
    "staff-conduct": (
        fact(
            "who",
            ("Ai, hoặc kênh nào", "Who, or which channel"),
            ("Để nghe lại đúng cuộc trao đổi.", "To look at the very conversation."),
            otherwise=("Cho biết giờ và số điện thoại đã gọi.", "Tell us the time and the number you called from."),
        ),
        WHEN,
        fact(
            "what-was-said",
            ("Điều đã nói hoặc đã làm", "What was said or done"),
            ("Để xem xét công bằng cho cả hai bên.", "To be fair to both sides."),
            otherwise=("Gửi ảnh chụp trao đổi, nếu có.", "Send a screenshot of the conversation, if there is one."),
        ),
        evidence(
            "transcript",
            ("Ảnh chụp trao đổi, nếu có", "Screenshot of the conversation, if any"),
            ("Giúp tìm nhanh hơn; chúng tôi cũng có bản ghi của mình.", "It helps; we have recordings of our own."),
            example=("Đoạn trao đổi có giờ", "The part in question, with its time"),
            otherwise=("Cho biết giờ và kênh; chúng tôi tự tìm bản ghi.", "Tell us time and channel; we look it up."),
        ),
        record_by_hand(
            "recordings",
            ("Bản ghi cuộc gọi, chat hoặc email của chúng ta", "Our own recordings of calls, chats or mails"),
        ),
        check(
            "recording",
            ("Đã nghe hoặc đọc lại bản ghi của chúng ta", "Our own recording was heard or read"),
            mandatory=True,
        ),
        check("outside-the-team", ("Người xem xét không thuộc nhóm đó", "The reviewer is not of that team")),
        check("loss", ("Khách có bị thiệt hại không", "Whether the customer lost anything")),
    ),
    "privacy-request": (
        fact(
            "which-right",
            ("Muốn xem, sửa, xóa hay hạn chế dữ liệu nào", "Which data to see, correct, erase or restrict"),
            ("Để làm đúng điều Quý khách yêu cầu.", "To do what you ask."),
            example=("Xem lịch sử giao dịch năm 2026", "See the history of transactions of 2026"),
            otherwise=(
                "Viết bằng lời của Quý khách; chúng tôi hỏi lại nếu chưa rõ.",
                "Say it in your own words; we ask back.",
            ),
        ),
        IDENTITY,
        record(RecordKind.CUSTOMER, "customer-record", ("Dữ liệu chúng ta giữ", "The data we hold")),
        check(
            "duty-to-keep",
            ("Có nghĩa vụ lưu giữ hoặc tranh chấp đang mở không", "Whether law or an open dispute has us keep them"),
            mandatory=True,
        ),
        check("deadline", ("Thời hạn theo luật", "The deadline by law")),
    ),
    "self-exclusion": (
        fact(
            "how-long",
            ("Muốn tạm nghỉ hoặc loại trừ trong bao lâu", "For how long"),
            ("Để áp dụng ngay đúng thời hạn; không cần nêu lý do.", "To apply it at once; you need not say why."),
            example=("24 giờ, 6 tháng, vĩnh viễn", "24 hours, 6 months, for good"),
            otherwise=(
                "Không cần chứng minh; chỉ cần cho biết thời hạn.",
                "Nothing has to be proven; just tell us how long.",
            ),
        ),
        fact(
            "which-accounts",
            ("Tài khoản nào", "Which accounts"),
            ("Để không bỏ sót tài khoản.", "So that none is left out."),
            otherwise=(
                "Gửi số điện thoại hoặc email đã đăng ký.",
                "Send the telephone number or email you registered.",
            ),
        ),
        record(RecordKind.CUSTOMER, "customer-record", ("Mọi tài khoản của khách", "All accounts of the customer")),
        record(
            RecordKind.BONUSES, "marketing", ("Ưu đãi và tin quảng cáo đang gửi", "Offers and promotional messages")
        ),
        check(
            "at-once", ("Đã áp dụng ngay, trước mọi bước khác", "Applied at once, before anything else"), mandatory=True
        ),
        check("no-promotion", ("Đã dừng mọi tin quảng cáo", "All promotion stopped")),
        check("balance", ("Số dư được trả lại theo quy định", "The balance is returned by the rules")),
    ),
    "account-closed": (
        USERNAME,
        WHEN,
        fact(
            "closed-by",
            ("Ai đóng tài khoản và thông báo đã nhận", "Who closed it and what you were told"),
            ("Để xem lại đúng quyết định.", "To review the very decision."),
            otherwise=("Gửi thông báo đóng tài khoản.", "Send the notice of the closing."),
        ),
        fact(
            "balance-left",
            ("Số dư còn lại theo Quý khách", "Balance left, as you know it"),
            ("Để trả lại đúng số tiền.", "To return the right amount."),
            case_field=CaseField.AMOUNT,
            otherwise=("Gửi ảnh chụp số dư lần cuối.", "Send the last screenshot of your balance."),
        ),
        IDENTITY,
        evidence(
            "closing-notice",
            ("Thông báo đóng tài khoản", "Notice of the closing"),
            ("Để thấy lý do đã nêu.", "To see the reason given."),
            example=("Email hoặc màn hình báo đóng tài khoản", "The mail or the screen that told of it"),
            otherwise=("Cho biết ngày và lời của thông báo.", "Tell us its date and its words."),
        ),
        record(
            RecordKind.CUSTOMER,
            "closing-record",
            ("Quyết định đóng và số dư lúc đó", "The decision and the balance then"),
        ),
        record(RecordKind.WITHDRAWALS, "withdrawals", ("Lệnh rút chưa hoàn tất", "Withdrawals not completed")),
        check(
            "self-exclusion-first",
            (
                "Xem danh sách tự loại trừ trước tiên: nếu có, không mở lại",
                "Self-exclusion register first: whoever is on it is not reopened",
            ),
            mandatory=True,
        ),
        check("balance-due", ("Số dư phải trả cho khách", "The balance that is due to the customer")),
    ),
}
