"""No answer advertises: what is refused, and what must go through, as bonuses are what customers complain of."""

import unicodedata

import pytest

from cases.promotion import promotion_in
from cskh.core.text import folded
from cskh.defaults.checklists import CHECKLISTS
from tests.cases.test_fair_words import shipped

REFUSED = [
    "Nạp ngay để nhận thưởng 50%!",
    "Quý khách nạp thêm 500.000đ để nhận thưởng 100%.",
    "Mời Quý khách quay lại chơi cùng chúng tôi.",
    "Xin mời tiếp tục đặt cược.",
    "Hãy tiếp tục chơi để gỡ lại nhé",
    "Đừng quên nạp tiền trong tuần này",
    "Chúng tôi có khuyến mãi dành riêng cho Quý khách.",
    "Ưu đãi dành tặng Quý khách trong tháng 12",
    "Chúng tôi tặng Quý khách 20 vòng quay miễn phí.",
    "Chúng tôi xin tặng anh một mã khuyến mãi",
    "Quý khách nhập mã TET2027 để nhận thưởng.",
    "Hãy nhập mã khuyến mãi TET2027",
    "Nhanh tay nhận ngay ưu đãi",
    "Đừng bỏ lỡ giải đấu cuối tuần",
    "Siêu khuyến mãi đang chờ Quý khách",
    "Chương trình thưởng hấp dẫn",
    "Tham gia ngay hôm nay",
    "Mời bạn chơi lại",
    "Yêu cầu đã xử lý xong. Cược ngay hôm nay!",
]
REFUSED_ENGLISH = [
    "Deposit now and get 50% more.",
    "Come back and play with us.",
    "Keep betting with us!",
    "We have an exclusive offer for you.",
    "Claim your bonus today",
    "Please use the promo code TET2027.",
    "Use promo code TET2027 for a free bet",
    "Get a 50% bonus when you deposit again.",
    "Don't miss out this weekend",
]
ALLOWED = [
    "Khoản thưởng khuyến mãi của Quý khách đã được cộng.",
    "Khuyến mãi chào mừng yêu cầu nạp lần đầu từ 100.000đ, theo điều 4.",
    "Chương trình tặng 50% lần nạp đầu đã kết thúc ngày 20/11.",
    "Khuyến mãi dành riêng cho khách hàng mới không áp dụng cho tài khoản này.",
    "Khoản thưởng dành cho Quý khách đã được cộng ngay hôm qua.",
    "Mã khuyến mãi TET2027 đã hết hạn khi Quý khách nhập.",
    "Quý khách đã nhập mã khuyến mãi nhưng hệ thống không cộng thưởng.",
    "Khoản Quý khách nạp ngay sau đó cũng đã được ghi có.",
    "Quý khách đã nạp thêm 200.000đ để nhận thưởng; thưởng ấy nay đã được cộng.",
    "Quý khách không cần nạp thêm để nhận khoản thưởng này.",
    "Quý khách phản ánh không nhận được ưu đãi dành riêng cho mình.",
    "Tin nhắn mời Quý khách nạp ngay không phải của chúng tôi.",
    "Kẻ gian giả mạo mời Quý khách nạp tiền.",
    "Chúng tôi không tặng mã khuyến mãi qua điện thoại.",
    "Chúng tôi đã tặng nhầm 20 vòng quay và đã thu hồi.",
    "Hãy chơi có trách nhiệm.",
    "Quý khách vui lòng gửi ảnh chụp chương trình khuyến mãi.",
    "Mời Quý khách đọc điều 4 của chính sách.",
    "Lần sau vui lòng nạp đúng nội dung chuyển khoản.",
    "Chúng tôi hoàn 100% số tiền và cộng 50.000đ thay lời xin lỗi.",
    "Khoan nap ngay 20/11 da duoc ghi co",
    "Quy khach moi nap 200.000d",
    "Tai khoan dang ky ngay 20/11",
    "Your bonus of 50% was credited.",
    "The exclusive offer you mention ended on 20 November.",
    "You did not enter the promo code before the deposit.",
    "The bonus is paid when you have bet ten times the sum, as clause 4 says.",
    "The message “deposit now” did not come from us.",
    "You had to claim the bonus within a day.",
    "You can play again once the pause that you chose is over.",
]


@pytest.mark.parametrize("text", [*REFUSED, *REFUSED_ENGLISH])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_what_advertises_is_found(text, form):
    assert promotion_in(unicodedata.normalize(form, text))


@pytest.mark.parametrize("text", REFUSED)
def test_also_where_it_is_written_without_marks(text):
    assert promotion_in(folded(text))


@pytest.mark.parametrize("text", ALLOWED)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_what_is_said_of_a_promotion_passes(text, form):
    assert promotion_in(unicodedata.normalize(form, text)) == ""


def test_what_is_shipped_advertises_nothing():
    said = [*shipped(), *(text for items in CHECKLISTS.values() for item in items for text in item.texts)]
    assert [(text, promotion_in(text)) for text in said if promotion_in(text)] == []
    assert [(text, promotion_in(folded(text))) for text in said if promotion_in(folded(text))] == []


def test_it_says_which_words():
    assert promotion_in("Xong rồi. Mời  Quý khách\u00a0nạp lại!") == "mời quý khách nạp"
