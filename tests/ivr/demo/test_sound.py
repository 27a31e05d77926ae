"""G.711, RTP and what an ear makes of it."""

from __future__ import annotations

import asyncio
import socket
import wave
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.demo.errors import PortTakenError
from ivr.demo.sound import (
    FLOOR_DBFS,
    FRAME_S,
    QUIET,
    SILENCE_DBFS,
    Frame,
    SdpAudio,
    SoundPort,
    alaw_decode,
    alaw_encode,
    alaw_payload,
    level_dbfs,
    measure,
    read_sdp,
    tone,
    write_sdp,
)

if TYPE_CHECKING:
    from pathlib import Path

HOST = "127.0.0.1"


def rtp(payload: bytes, *, payload_type: int = 8, first: int = 0x80, between: bytes = b"") -> bytes:
    return bytes((first, payload_type)) + bytes(10) + between + payload


@pytest.mark.parametrize(
    ("sample", "code"),
    [(0, 0xD5), (-1, 0x55), (32767, 0xAA), (-32768, 0x2A), (1000, 0xFA), (-1000, 0x7A)],
)
def test_alaw_codes_are_those_of_g711(sample: int, code: int) -> None:
    assert alaw_encode(sample) == code


@given(st.integers(0, 255))
def test_every_code_survives_expanding_and_compressing(code: int) -> None:
    assert alaw_encode(alaw_decode(code)) == code


@given(st.integers(-32768, 32767))
def test_a_sample_is_kept_within_its_interval(sample: int) -> None:
    assert abs(alaw_decode(alaw_encode(sample)) - sample) <= max(8, abs(sample) // 31 + 8)


@pytest.mark.parametrize("level", [-10.0, -30.0, -45.0])
def test_a_tone_has_the_level_that_was_asked_for(level: float) -> None:
    assert level_dbfs(tone(400, level)) == pytest.approx(level, abs=0.5)


def test_silence_is_below_the_line_and_nothing_is_the_floor() -> None:
    assert level_dbfs(QUIET) < SILENCE_DBFS
    assert level_dbfs(b"") == FLOOR_DBFS


def test_a_window_counts_sound_gaps_and_the_present_stretch() -> None:
    loud, quiet = tone(), QUIET
    frames = [Frame(n * FRAME_S, loud if n < 50 or n >= 100 else quiet) for n in range(150)]
    heard = measure(frames, now=3.0, window_s=3.0)
    assert (heard.frames, heard.sound_frames) == (150, 100)
    assert heard.longest_gap_s == pytest.approx(51 * FRAME_S)
    assert heard.sound_share == pytest.approx(2 / 3)
    assert heard.sound_since == pytest.approx(2.0)
    later = measure(frames, now=5.0, window_s=1.0)
    assert (later.frames, later.is_sound, later.sound_since, later.longest_gap_s) == (0, False, None, 1.0)


@pytest.mark.parametrize(
    ("packet", "payload"),
    [
        (rtp(b"abc"), b"abc"),
        (rtp(b"abc", payload_type=0x88), b"abc"),  # marked as the first of a stretch
        (rtp(b"abc", first=0x81, between=b"csrc"), b"abc"),
        (rtp(b"abc", first=0x90, between=b"\0\0\0\1word"), b"abc"),
        (rtp(b"abc\0\0\3", first=0xA0), b"abc"),  # three bytes of padding
        (rtp(b"abc", payload_type=0), None),  # mu-law
        (rtp(b"abc", payload_type=101), None),  # a telephone event
        (b"\x80\xc8" + bytes(26), None),  # RTCP
        (b"", None),
    ],
)
def test_only_alaw_is_taken_from_a_packet(packet: bytes, payload: bytes | None) -> None:
    assert alaw_payload(packet) == payload


@pytest.mark.parametrize(
    ("body", "audio"),
    [
        (write_sdp(HOST, 4000, 1), SdpAudio(HOST, 4000, alaw=True)),
        (
            b"v=0\r\nm=audio 5000/2 RTP/AVP 0 8\r\nc=IN IP4 10.0.0.9\r\n",
            SdpAudio("10.0.0.9", 5000, alaw=True),
        ),
        (
            b"c=IN IP4 10.0.0.1\nm=audio 0 RTP/AVP 0\nm=video 9 RTP/AVP 8\n",
            SdpAudio("10.0.0.1", 0, alaw=False),
        ),
        (b"v=0\r\nm=video 5000 RTP/AVP 8\r\n", None),
        (b"", None),
        (b"m=audio \r\n", None),
    ],
)
def test_the_audio_of_a_description_is_found(body: bytes, audio: SdpAudio | None) -> None:
    assert read_sdp(body) == audio


def test_what_was_heard_is_saved_with_its_pauses(tmp_path: Path) -> None:
    async def scene() -> None:
        loop = asyncio.get_running_loop()
        ear = SoundPort(loop, HOST)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
            mouth.sendto(rtp(tone()), (HOST, ear.port))
            assert await ear.sound(2.0)
            await asyncio.sleep(5 * FRAME_S)  # a real pause of 100 ms: the kernel stamps nothing for us
            mouth.sendto(rtp(tone()), (HOST, ear.port))
            assert await ear.sound(2.0)
        ear.close()
        ear.save(tmp_path / "heard.wav")

    asyncio.run(scene())
    with wave.open(str(tmp_path / "heard.wav")) as heard:
        assert (heard.getframerate(), heard.getsampwidth(), heard.getnchannels()) == (8000, 2, 1)
        assert heard.getnframes() >= 160 * 6


def test_a_deaf_port_hears_nothing_and_a_taken_one_is_refused() -> None:
    async def scene() -> None:
        loop = asyncio.get_running_loop()
        deaf = SoundPort(loop, HOST, listens=False)
        assert not await deaf.sound(0.0)
        with pytest.raises(PortTakenError) as caught:
            SoundPort(loop, HOST, deaf.port)
        assert str(deaf.port) in str(caught.value)
        deaf.close()

    asyncio.run(scene())
