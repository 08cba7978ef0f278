"""A tracking code as it is read out over the telephone: in groups, letters by a spelling alphabet."""

from cases import codes

# Letters that Vietnamese lacks go by words everybody knows; the code has no I, L, O and U.
_VIETNAMESE = """
0 không 1 một 2 hai 3 ba 4 bốn 5 năm 6 sáu 7 bảy 8 tám 9 chín A An B Bình C Cường D Dung E Em F Fansipan G Giang H Hoa
J Jrai K Khánh M Mai N Nam P Phương Q Quang R Rừng S Sơn T Trang V Vinh W Wi-Fi X Xuân Y Yến Z Zalo
"""
_ENGLISH = """
0 zero 1 one 2 two 3 three 4 four 5 five 6 six 7 seven 8 eight 9 nine A Alfa B Bravo C Charlie D Delta E Echo F Foxtrot
G Golf H Hotel J Juliett K Kilo M Mike N November P Papa Q Quebec R Romeo S Sierra T Tango V Victor W Whiskey X X-ray
Y Yankee Z Zulu
"""


def _alphabet(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_ALPHABETS = {"vi": _alphabet(_VIETNAMESE), "en": _alphabet(_ENGLISH)}


def read_back(code: str, language: str) -> list[list[tuple[str, str]]]:
    """The groups of the code after its prefix, each character with the word it is spelled by, in the customer's language."""
    words = _ALPHABETS[language]
    return [[(character, words[character]) for character in group] for group in codes.spelled(code)[1:]]
