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
    "send-evidence": (
        "general",
        "Gửi tài liệu và bằng chứng",
        "Sending documents and evidence",
        """Khi cần thêm thông tin, chúng tôi nêu rõ **cần gì** và **vì sao**. Quý khách gửi bằng cách nào cũng được:

1. Mở trang theo dõi yêu cầu và chọn tệp hoặc chụp ảnh ngay tại đó.
2. Trả lời thư của chúng tôi và đính kèm tệp.
3. Gửi ngay trong khung trò chuyện.

Ảnh nên rõ, đủ bốn góc, thấy được ngày giờ và mã giao dịch. Hãy **che mật khẩu, mã OTP và số thẻ**: chúng tôi không bao giờ cần những thứ đó.

Không có tài liệu được hỏi? Cứ nói cho chúng tôi biết: chúng tôi tìm cách khác và vẫn tiếp tục xử lý.""",
        """When something is missing, we say **what** we need and **why**. Send it in whichever way suits you:

1. Open the page of your request and choose a file, or take a picture there.
2. Reply to our mail with the file attached.
3. Send it in the chat.

A picture should be sharp and whole, with the date, the time and the transaction code to be seen. Please **cover passwords, one-time codes and card numbers**: we never need them.

You do not have what we asked for? Just tell us: we find another way and go on.""",
    ),
    "how-long-it-takes": (
        "general",
        "Bao lâu thì xong",
        "How long it takes",
        """Thời gian tùy vào loại việc. Trang chủ cho biết từng chủ đề *thực tế* mất bao lâu trong thời gian gần đây, và [chính sách](/policy/) nêu thời hạn chúng tôi cam kết.

- Trang theo dõi luôn cho biết việc tiếp theo là gì, ai đang phải làm và **trước khi nào**.
- Trong lúc chờ Quý khách gửi tài liệu, thời hạn giải quyết được tạm dừng.
- Nếu chúng tôi trễ hạn, trang theo dõi nói rõ điều đó và người phụ trách được báo ngay. Quý khách không cần nhắc.""",
        """It depends on the matter. The home page shows how long each topic *really* took lately, and our [policy](/policy/) has the times we promise.

- The page of your request always says what is next, whose turn it is, and **by when**.
- While we wait for documents from you, the time we have pauses.
- When we are late, the page says so and those in charge are told at once. You need not remind us.""",
    ),
    "complaint-levels": (
        "general",
        "Các cấp giải quyết khiếu nại",
        "The levels of a complaint",
        """**Cấp 1.** Bộ phận phụ trách nghe cả hai bên, kiểm tra và trả lời.

**Cấp 2.** Nếu Quý khách không đồng ý, một người *chưa từng quyết định* về việc này xem xét lại toàn bộ. Không cần nêu lý do.

**Thư trả lời cuối cùng.** Sau khi xem xét lại, chúng tôi có thể gửi thư trả lời cuối cùng, trong đó nêu nơi Quý khách có thể tiếp tục ở bên ngoài.

Quý khách có thể nhờ cơ quan bảo vệ người tiêu dùng hoặc tòa án **bất cứ lúc nào**, không cần chờ hết các cấp.""",
        """**Level 1.** The department in charge hears both sides, looks into the matter and answers.

**Level 2.** If you do not agree, somebody who has *not decided* on it looks at everything anew. You need not give a reason.

**Final response.** After that we may send our final response, which says where you can turn outside.

You may turn to the consumer protection authority or a court **at any time**, without going through all levels first.""",
    ),
    "what-a-response-contains": (
        "general",
        "Văn bản phản hồi khiếu nại gồm những gì",
        "What the response to a complaint contains",
        """Mỗi khiếu nại được trả lời bằng một văn bản có số, lưu được thành PDF trên trang theo dõi. Với từng vấn đề, văn bản nêu:

- điều Quý khách đã nói;
- chúng tôi đã xem những gì;
- chúng tôi thấy gì, bằng lời dễ hiểu, và **lỗi thuộc về ai** nếu đó là lỗi của chúng tôi;
- quyết định, lý do và điều khoản của chính sách có hiệu lực lúc sự việc xảy ra;
- biện pháp khắc phục và thời hạn, hoặc vì sao không có;
- cấp tiếp theo và thời gian để Quý khách trả lời.

Nếu chúng tôi viết sai, văn bản được sửa bằng một phiên bản mới có nêu lý do; bản cũ vẫn còn.""",
        """Every complaint is answered by a numbered document that you can save as PDF on the page of your request. For each issue it says:

- what you told us;
- what we looked at;
- what we found, in plain words, and **whose fault it was** where it was ours;
- the decision, its reason, and the clause of the policy in force when it happened;
- what we do about it and by when, or why nothing is done;
- the next level, and the time you have to reply.

If we worded something wrongly, a new version says so and why; the earlier one stays.""",
    ),
    "what-we-do-with-your-data": (
        "privacy-request",
        "Chúng tôi dùng dữ liệu của Quý khách thế nào",
        "What we do with your data",
        """Những gì Quý khách gửi chỉ được dùng để giải quyết yêu cầu, **không dùng cho quảng cáo**.

- Chỉ người cần cho công việc mới xem được, và mỗi lần xem đều được ghi lại.
- Tệp được lưu ở dạng mã hóa.
- Quý khách có thể yêu cầu xem, sửa hoặc xóa dữ liệu: xem bài [Xem, sửa hoặc xóa dữ liệu cá nhân](/help/personal-data/).

Chi tiết có trong [thông báo về quyền và quyền riêng tư](/notice/).""",
        """What you send is used to settle your request and **never for advertising**.

- Only those who need it for their work see it, and every look is recorded.
- Files are kept encrypted.
- You may ask to see, correct or erase your data: read [See, correct or erase my data](/help/personal-data/).

The [rights and privacy notice](/notice/) has the details.""",
    ),
    "self-exclusion-and-protection": (
        "self-exclusion",
        "Tự loại trừ và được bảo vệ",
        "Self-exclusion and protection",
        """Nếu việc chơi không còn vui, hoặc Quý khách muốn dừng lại, hãy nói với chúng tôi qua **bất kỳ kênh nào**, bằng lời của Quý khách. Không cần biểu mẫu.

- Yêu cầu tự loại trừ luôn được xem **trước mọi việc khác**, và không ai tìm cách thuyết phục Quý khách đổi ý.
- Trong thời gian đó chúng tôi không gửi lời mời hay khuyến mãi.
- Bộ phận bảo vệ khách hàng gọi lại nếu Quý khách muốn.

Nếu Quý khách hoặc người thân đang gặp nguy hiểm, hãy gọi **số khẩn cấp** ngay.""",
        """When playing is no fun any more, or you want to stop, tell us over **any channel**, in your own words. No form is needed.

- A request for self-exclusion comes **before everything else**, and nobody tries to talk you out of it.
- We send no invitations or promotions during that time.
- Our protection team calls you back if you like.

If you or somebody close to you is in danger, call the **emergency number** now.""",
    ),
    "withdraw-a-request": (
        "general",
        "Rút lại yêu cầu",
        "Withdrawing a request",
        """Quý khách có thể rút yêu cầu **bất cứ lúc nào**: mở trang theo dõi và chọn *Rút yêu cầu*, hoặc nói với nhân viên.

Yêu cầu được đóng và vẫn còn trong hồ sơ. Nếu sau này Quý khách đổi ý, hãy viết thêm vào chính yêu cầu đó: chúng tôi xem có mở lại được không và trả lời.""",
        """You can withdraw a request **at any time**: open its page and choose *Withdraw*, or tell a colleague of ours.

It is closed and stays on file. Should you change your mind later, write on that very request: we look whether it can be opened again, and answer.""",
    ),
}
