"""portal.vault.frames: sealed files, and everything that can be done to them."""

import io
import random

import pytest

from portal import vault
from portal.vault import FRAME_SIZE, FrameReader, FrameWriter, SealedDataError

KEY, AAD = b"k" * 32, b"bound to this"
SEALED_FRAME = FRAME_SIZE + 28
SIZES = [0, 1, FRAME_SIZE - 1, FRAME_SIZE, FRAME_SIZE + 1, 3 * FRAME_SIZE, 3 * FRAME_SIZE + 17]


def sealed(plain, key=KEY, aad=AAD, piece=None):
    raw = io.BytesIO()
    with FrameWriter(raw, key, aad) as writer:
        for at in range(0, len(plain), piece or len(plain) or 1):
            writer.write(plain[at : at + (piece or len(plain))])
    return raw.getvalue()


def opened(data, key=KEY, aad=AAD):
    return FrameReader(io.BytesIO(data), key, aad).read()


@pytest.fixture(scope="module")
def plain():
    return bytes(range(251)) * 784


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("piece", [None, 1_000, FRAME_SIZE, 100_000])
def test_what_is_sealed_comes_back(plain, size, piece):
    data = sealed(plain[:size], piece=piece)
    assert len(data) == vault.sealed_size(size)
    assert opened(data) == plain[:size]
    assert FrameReader(io.BytesIO(data), KEY, AAD).size == size


def test_no_plain_text_and_never_the_same_bytes(plain):
    assert b"a secret" not in sealed(b"a secret")
    assert sealed(plain) != sealed(plain)


def test_reads_at_random_positions(plain):
    reader, rng = FrameReader(io.BytesIO(sealed(plain)), KEY, AAD), random.Random(3)
    for _ in range(200):
        start, length = rng.randrange(len(plain) + 10), rng.randrange(2 * FRAME_SIZE)
        assert reader.seek(start) == start
        assert reader.read(length) == plain[start : start + length]
        assert reader.tell() == max(start, min(start + length, len(plain)))


def test_seeks_from_the_end_and_from_here(plain):
    reader = FrameReader(io.BytesIO(sealed(plain)), KEY, AAD)
    assert reader.seek(-5, io.SEEK_END) == len(plain) - 5
    assert reader.read() == plain[-5:]
    assert reader.seek(-3, io.SEEK_CUR) == len(plain) - 3
    assert io.BufferedReader(reader).read() == plain[-3:]
    with pytest.raises(ValueError, match="before the start"):
        reader.seek(-1)


def test_opens_from_a_reader_that_gives_little_at_a_time(plain):
    class Dripping(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 1_000))

    assert FrameReader(Dripping(sealed(plain)), KEY, AAD).read() == plain


@pytest.mark.parametrize(("key", "aad"), [(b"x" * 32, AAD), (KEY, b"bound to that"), (KEY, b"")])
def test_another_key_or_purpose_is_refused_at_once(plain, key, aad):
    with pytest.raises(SealedDataError):
        FrameReader(io.BytesIO(sealed(plain)), key, aad)


def test_every_shorter_or_longer_file_is_refused_at_once(plain):
    data = sealed(plain[: FRAME_SIZE + 1])
    borders = [0, 3, 20, 47, 48, 48 + 27, 48 + 28, 48 + SEALED_FRAME, 48 + SEALED_FRAME + 28, len(data) - 1]
    shorter = [data[:cut] for cut in borders]
    longer = [data + b"\0", data + data[48 : 48 + SEALED_FRAME], data + data[-29:], data + bytes(28)]
    for changed in shorter + longer:
        with pytest.raises(SealedDataError):
            FrameReader(io.BytesIO(changed), KEY, AAD)


def test_a_whole_number_of_frames_cut_at_a_border_is_refused(plain):
    data = sealed(plain[: 3 * FRAME_SIZE])
    for count in (1, 2):
        with pytest.raises(SealedDataError):
            FrameReader(io.BytesIO(data[: 48 + count * SEALED_FRAME]), KEY, AAD)


def test_frames_in_another_order_are_refused(plain):
    data = sealed(plain)
    one, two = 48 + SEALED_FRAME, 48 + 2 * SEALED_FRAME
    with pytest.raises(SealedDataError):
        opened(data[:48] + data[one:two] + data[48:one] + data[two:])


def test_frames_of_another_file_under_the_same_key_are_refused(plain):
    first, second = sealed(plain), sealed(plain)
    with pytest.raises(SealedDataError):
        opened(first[:48] + second[48 : 48 + SEALED_FRAME] + first[48 + SEALED_FRAME :])
    with pytest.raises(SealedDataError):
        opened(first[:48] + second[48:])


def test_every_changed_byte_is_noticed():
    data = sealed(b"hello")
    for position in range(len(data)):
        changed = bytearray(data)
        changed[position] ^= 0x10
        with pytest.raises(SealedDataError):
            opened(bytes(changed))


def test_a_changed_byte_in_the_middle_is_noticed_when_it_is_read(plain):
    data = bytearray(sealed(plain))
    data[48 + SEALED_FRAME + 500] ^= 1
    reader = FrameReader(io.BytesIO(bytes(data)), KEY, AAD)
    assert reader.read(FRAME_SIZE) == plain[:FRAME_SIZE]
    with pytest.raises(SealedDataError):
        reader.read(1)


def test_a_writer_that_failed_leaves_no_whole_file(plain):
    raw = io.BytesIO()
    with pytest.raises(KeyError), FrameWriter(raw, KEY, AAD) as writer:
        writer.write(plain[: 2 * FRAME_SIZE])
        raise KeyError
    with pytest.raises(SealedDataError):
        opened(raw.getvalue())
    with pytest.raises(ValueError, match="closed"):
        writer.write(b"x")


def test_close_twice_writes_one_end():
    raw = io.BytesIO()
    writer = FrameWriter(raw, KEY, AAD)
    writer.close()
    writer.close()
    assert len(raw.getvalue()) == vault.sealed_size(0)


@pytest.mark.parametrize("lost", [0, 1, 500, SEALED_FRAME - 1])
def test_resume_keeps_whole_frames_and_drops_the_tail(plain, lost):
    whole = sealed(plain)[: 48 + 2 * SEALED_FRAME - lost]
    raw = io.BytesIO(whole)
    writer = FrameWriter.resume(raw, KEY, AAD)
    assert writer.tell() == (2 if not lost else 1) * FRAME_SIZE
    writer.write(plain[writer.tell() :])
    writer.close()
    assert opened(raw.getvalue()) == plain


def test_resume_drops_frames_that_a_power_cut_left_empty(plain):
    raw = io.BytesIO(sealed(plain)[: 48 + SEALED_FRAME] + bytes(SEALED_FRAME) + bytes(100))
    assert FrameWriter.resume(raw, KEY, AAD).tell() == FRAME_SIZE
    assert len(raw.getvalue()) == 48 + SEALED_FRAME


def test_a_frame_sealed_again_gets_another_nonce(plain):
    first = sealed(plain)[: 48 + SEALED_FRAME + 100]
    raw = io.BytesIO(first)
    FrameWriter.resume(raw, KEY, AAD).write(plain[FRAME_SIZE:])
    at = 48 + SEALED_FRAME
    assert raw.getvalue()[at : at + 12] != first[at : at + 12]


@pytest.mark.parametrize("size", [0, 5, FRAME_SIZE, 2 * FRAME_SIZE, 2 * FRAME_SIZE + 9])
def test_resume_refuses_a_closed_file(plain, size):
    raw = io.BytesIO(sealed(plain[:size]))
    with pytest.raises(SealedDataError, match="closed"):
        FrameWriter.resume(raw, KEY, AAD)
    assert len(raw.getvalue()) == vault.sealed_size(size)


def test_resume_refuses_another_key_and_leaves_the_file_alone(plain):
    raw = io.BytesIO(sealed(plain)[:100_000])
    with pytest.raises(SealedDataError):
        FrameWriter.resume(raw, b"x" * 32, AAD)
    assert len(raw.getvalue()) == 100_000


@pytest.mark.parametrize("size", [0, 1, 1_000])
def test_small_values_come_back(size):
    data = vault.seal_bytes(bytes(size), KEY, AAD)
    assert len(data) == size + 29
    assert vault.open_bytes(data, KEY, AAD) == bytes(size)


def test_small_values_notice_every_change():
    data = vault.seal_bytes(b"secret", KEY, AAD)
    changes = [data[:cut] for cut in range(len(data))] + [data + b"\0"]
    changes += [data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] for at in range(len(data))]
    for changed in changes:
        with pytest.raises(SealedDataError):
            vault.open_bytes(changed, KEY, AAD)
    with pytest.raises(SealedDataError):
        vault.open_bytes(data, KEY, AAD + b"!")
