"""What is sealed opens to what went in, in little memory, and to nothing else whatever is done to it."""

import io
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cskh.core import envelope
from cskh.core.envelope import DoesNotOpen, NoKey

KEY, OTHER_KEY = bytes(range(32)), bytes(range(32, 64))
PIECE = 64 * 1024
FRONT = 8 + 8 + 12 + 48


def seal(data, *, keys=(KEY,), of="a" * 64):
    return b"".join(envelope.sealed(io.BytesIO(data), keys=keys, of=of))


def unseal(kept, *, keys=(KEY,), of="a" * 64):
    return b"".join(envelope.opened(io.BytesIO(kept), keys=keys, of=of))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 7])
def test_what_went_in_comes_out_and_is_not_to_be_seen_meanwhile(size):
    data = bytes(number % 251 for number in range(size))
    kept = seal(data)
    assert unseal(kept) == data
    assert envelope.is_sealed(kept)
    assert size < 16 or data[:16] not in kept
    assert seal(data) != kept  # nobody sees that two are the same


@given(data=st.binary(max_size=300), at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_a_single_bit_that_flips_is_noticed(data, at, bit):
    kept = bytearray(seal(data))
    kept[at % len(kept)] ^= 1 << bit
    with pytest.raises((DoesNotOpen, NoKey)):
        unseal(bytes(kept))


@pytest.mark.parametrize("left", [0, 8, 20, FRONT - 1, FRONT, FRONT + 15, FRONT + PIECE + 16, -1])
def test_one_that_was_cut_does_not_open(left):
    with pytest.raises(DoesNotOpen):
        unseal(seal(bytes(2 * PIECE + 10))[:left])


def test_pieces_that_were_swapped_doubled_left_out_or_added_do_not_open():
    kept = seal(bytes(3 * PIECE))
    front, size = kept[:FRONT], PIECE + 16
    one, two, three = (kept[FRONT + number * size : FRONT + (number + 1) * size] for number in range(3))
    assert unseal(front + one + two + three)
    for pieces in (
        [two, one, three],
        [one, three],
        [two, three],
        [one, two],
        [one, two, three, three],
        [one, two, two],
    ):
        with pytest.raises(DoesNotOpen):
            unseal(front + b"".join(pieces))


def test_another_file_in_its_place_does_not_open():
    other = seal(b"another", of="b" * 64)
    with pytest.raises(DoesNotOpen):
        unseal(other)
    mine = seal(b"my file")
    with pytest.raises(DoesNotOpen):  # nor do the pieces of another behind its key
        unseal(mine[:FRONT] + seal(b"my file")[FRONT:])


def test_the_first_key_seals_and_all_open():
    former = seal(b"x", keys=[KEY])
    assert unseal(former, keys=[OTHER_KEY, KEY]) == b"x"
    assert envelope.is_sealed_with(KEY, former)
    now = seal(b"x", keys=[OTHER_KEY, KEY])
    assert envelope.is_sealed_with(OTHER_KEY, now)
    with pytest.raises(NoKey):
        unseal(now, keys=[KEY])


def test_a_large_one_is_never_held_as_a_whole():
    class Endless(io.RawIOBase):
        """A gigabyte that is nowhere."""

        left = 2**30

        def read(self, size=-1):
            assert 0 < size <= PIECE + 16
            size = min(size, self.left)
            self.left -= size
            return bytes(size)

    source = Endless()
    pieces = list(itertools.islice(envelope.sealed(source, keys=[KEY], of=""), 4))
    assert max(map(len, pieces)) == PIECE + 16
    assert source.left >= 2**30 - 4 * PIECE
