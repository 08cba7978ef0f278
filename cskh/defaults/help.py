# ruff: noqa: E501 - paragraphs are lines here
"""The first help articles, Vietnamese and English, in Markdown. They are changed in the admin."""

# slug: (topic or reason, title vi, title en, body vi, body en); shown in this order.
ARTICLES = {
    "deposit-not-credited": (
        "deposit-not-credited",
        "Nạp tiền chưa vào tài khoản",
        "A deposit has not arrived",
        """Khoản chuyển thường được ghi có sau vài phút. Nếu sau **30 phút** vẫn chưa thấy, hãy làm như sau:

1. Xem lại ứng dụng ngân hàng: giao dịch đã *thành công* chưa, số tài khoản nhận và nội dung chuyển khoản có đúng không.
2. Chuẩn bị **biên lai** và **mã giao dịch** của ngân hàng.
3. Mở yêu cầu và gửi kèm hai thông tin đó: chúng tôi tìm được ngay khoản tiền mà không phải hỏi lại.

Đừng chuyển lại lần nữa cho tới khi khoản đầu tiên được làm rõ.""",
        """A transfer is usually credited after a few minutes. If it has not arrived after **30 minutes**:

1. Look in your banking app: was the transfer *successful*, and are the receiving account and the reference right?
2. Have the **receipt** and the bank's **transaction code** ready.
3. Open a request with both: we find the payment at once and need not ask back.

Do not transfer again until the first payment is cleared up.""",
    ),
    "withdrawal-delayed": (
        "withdrawal-delayed",
        "Rút tiền chậm",
        "A withdrawal takes long",
        """Thời gian tiền về tùy vào ngân hàng nhận, nhất là ngoài giờ làm việc và ngày lễ.

- Xem trạng thái lệnh rút trong tài khoản của Quý khách và ghi lại **mã lệnh rút**.
- Kiểm tra tên chủ tài khoản và số tài khoản nhận.
- Nếu lệnh đã *hoàn tất* mà tiền chưa về, hãy gửi mã lệnh rút cho chúng tôi.

Nhân viên của chúng tôi không bao giờ yêu cầu chuyển thêm tiền để rút được tiền.""",
        """When the money arrives depends on the receiving bank, above all outside office hours and on holidays.

- Look at the state of the withdrawal in your account and note its **request id**.
- Check the name and number of the receiving account.
- If it is *completed* and the money is not there, send us the request id.

Our staff never ask you to pay something in order to withdraw.""",
    ),
    "cannot-log-in": (
        "login-failure",
        "Không đăng nhập được",
        "I cannot log in",
        """1. Kiểm tra chữ hoa, chữ thường và bàn phím tiếng Việt đang bật.
2. Dùng mục *Quên mật khẩu* và xem cả thư mục thư rác.
3. Thử lại trên trình duyệt khác hoặc sau khi cập nhật ứng dụng.

Vẫn chưa được? Gửi cho chúng tôi **ảnh chụp màn hình báo lỗi**. Xin che mật khẩu và mã OTP trước khi gửi.""",
        """1. Check capital letters, and whether a Vietnamese keyboard is on.
2. Use *Forgot password*, and look in the spam folder too.
3. Try another browser, or update the app first.

Still no luck? Send us a **screenshot of the error**. Please cover passwords and one-time codes before you send it.""",
    ),
    "account-locked": (
        "account-locked",
        "Tài khoản bị khóa",
        "My account is locked",
        """Tài khoản được khóa tạm thời để bảo vệ Quý khách, ví dụ sau nhiều lần nhập sai mật khẩu.

Hãy mở yêu cầu, chọn **Tài khoản bị khóa**. Chúng tôi xác minh đó đúng là Quý khách rồi mở khóa; đây là việc khẩn cấp và được xem trước.""",
        """An account is locked for a while to protect you, for example after several wrong passwords.

Open a request and choose **Account locked**. We make sure that it is you and unlock it; this is urgent and comes first.""",
    ),
    "fake-staff": (
        "impersonation",
        "Nhận biết kẻ mạo danh",
        "How to tell impostors",
        """Kẻ mạo danh thường giục Quý khách làm ngay, xin mã OTP hoặc đòi chuyển tiền *phí mở khóa*, *phí rút tiền*.

- Nhân viên của chúng tôi **không bao giờ** hỏi mật khẩu, mã OTP hoặc đủ số thẻ.
- Chúng tôi **không bao giờ** yêu cầu chuyển tiền để được hỗ trợ.
- Chỉ các kênh trên trang chủ của trang này là của chúng tôi.

Lỡ cung cấp mã hoặc mật khẩu? Đổi mật khẩu, gọi ngân hàng của Quý khách và báo cho chúng tôi **ngay**.""",
        """Impostors hurry you, ask for one-time codes, or want an *unlocking fee* or *withdrawal fee*.

- Our staff **never** ask for passwords, one-time codes or full card numbers.
- We **never** ask you to pay in order to be helped.
- Only the channels on the home page of this site are ours.

Did you give away a code or password? Change the password, call your bank, and tell us **at once**.""",
    ),
    "follow-a-request": (
        "general",
        "Theo dõi yêu cầu đã gửi",
        "Following a request",
        """Bấm **đường dẫn trong thư** của chúng tôi, hoặc nhập **mã yêu cầu** rồi nhập mã dùng một lần gửi tới địa chỉ liên hệ của Quý khách.

Trang theo dõi cho biết việc tiếp theo là gì, ai đang phải làm và trước khi nào. Ở đó Quý khách có thể nhắn thêm, gửi tài liệu, và đồng ý hoặc không đồng ý với kết quả.""",
        """Use the **link in our message**, or enter your **tracking code** and then the one-time code we send to your contact on file.

The tracking page tells what is next, whose turn it is and by when. There you can write more, send documents, and agree or disagree with the outcome.""",
    ),
    "not-satisfied": (
        "general",
        "Tôi không đồng ý với kết quả",
        "I do not agree with the outcome",
        """Mở trang theo dõi và bấm **Tôi chưa hài lòng**. Không cần nêu lý do.

Yêu cầu được mở lại và giao cho *người chưa từng quyết định* về việc này. Yêu cầu không bị đóng chỉ vì Quý khách im lặng sau đó.""",
        """Open the tracking page and press **I am not satisfied**. You need not give a reason.

The request is opened again and given to *somebody who has not decided on it*. It is not closed merely because you are silent after that.""",
    ),
    "personal-data": (
        "privacy-request",
        "Xem, sửa hoặc xóa dữ liệu cá nhân",
        "See, correct or erase my data",
        """Mở yêu cầu và chọn **Yêu cầu về dữ liệu cá nhân**, rồi nói Quý khách muốn xem, sửa hay xóa dữ liệu nào.

Chúng tôi xác minh danh tính trước khi trả lời, để không ai khác nhận được dữ liệu của Quý khách.""",
        """Open a request, choose **Personal data request**, and say which data you want to see, correct or erase.

We make sure who you are before we answer, so that nobody else gets your data.""",
    ),
}
