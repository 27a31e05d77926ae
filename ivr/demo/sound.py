"""What a telephone hears and says: G.711 A-law in RTP, and the SDP that announces it.

Owns one RTP port per call: an ear that keeps the last seconds of frames, and a voice that may repeat one
frame. Knows no SIP. Frames are kept as they came and are measured only when somebody asks, so that an open
ear costs no more than reading its socket; a closed one costs nothing, because the kernel drops the packets.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import re
import socket
import wave
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from ivr.demo.errors import PortTakenError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ALAW: Final = 8  # RTP payload type of PCMA: RFC 3551 table 4
RATE_HZ: Final = 8000
FRAME_S: Final = 0.02
FRAME_BYTES: Final = 160  # 20 ms of A-law
SILENCE_DBFS: Final = -60.0  # A-law's own silence is -72; music was measured at -52 to -18
FLOOR_DBFS: Final = -100.0  # what no frame at all is called
MEMORY_S: Final = 120.0  # how much an ear remembers: 120 s are 1 MB
PAUSE_S: Final = 0.5  # a shorter gap does not end a stretch of sound: music has rests
_AUDIO: Final = re.compile(r"m=audio ([0-9]{1,5})(?:/[0-9]+)? ")
_MAX_PACKET: Final = 2048
_READS_PER_WAKE: Final = 32
_RTP_HEADER: Final = 12
_FULL_SCALE: Final = 32768.0

# What one side of a talk does with it: `sendonly` holds the other (RFC 3264 section 8.4).
Direction: TypeAlias = Literal["sendrecv", "sendonly"]


class SdpAudio(NamedTuple):
    """The audio stream that a session description announces."""

    host: str
    port: int
    alaw: bool  # whether A-law is among the formats


def alaw_encode(sample: int) -> int:
    """Compress a 16-bit sample: ITU-T G.711 table 1a, even bits inverted."""
    magnitude, sign = (sample, 0x80) if sample >= 0 else (-sample - 1, 0)
    magnitude = min(magnitude, 32767) >> 3  # 13 bits with sign are coded
    segment = max(0, magnitude.bit_length() - 5)
    mantissa = (magnitude >> max(1, segment)) & 0x0F
    return (sign | segment << 4 | mantissa) ^ 0x55


def alaw_decode(code: int) -> int:
    """Expand one A-law byte to a 16-bit sample, at the middle of its interval."""
    code ^= 0x55
    segment, mantissa = (code & 0x70) >> 4, code & 0x0F
    step = (mantissa << 1) + 1 if segment == 0 else ((mantissa << 1) + 33) << (segment - 1)
    return (step << 3) if code & 0x80 else -(step << 3)


LINEAR: Final = tuple(alaw_decode(code) for code in range(256))
_SQUARES: Final = tuple(sample * sample for sample in LINEAR)
QUIET: Final = bytes([alaw_encode(0)]) * FRAME_BYTES


def tone(hz: int = 400, level_dbfs: float = -30.0) -> bytes:
    """Make one frame of a sine. It repeats without a click where `hz` is a multiple of 50."""
    peak = _FULL_SCALE * math.sqrt(2) * 10 ** (level_dbfs / 20)
    return bytes(
        alaw_encode(round(peak * math.sin(2 * math.pi * hz * n / RATE_HZ))) for n in range(FRAME_BYTES)
    )


def level_dbfs(payload: bytes) -> float:
    """Measure A-law samples: their root mean square, in dB against full scale."""
    power = sum(map(_SQUARES.__getitem__, payload)) / len(payload) if payload else 0.0
    return max(FLOOR_DBFS, 10 * math.log10(power / _FULL_SCALE**2)) if power else FLOOR_DBFS


class Frame(NamedTuple):
    """One received packet of speech."""

    at: float  # the loop's time
    payload: bytes


@dataclass(frozen=True, slots=True)
class Hearing:
    """What an ear heard in a window that ends now."""

    window_s: float
    frames: int  # of A-law, loud or not
    sound_frames: int  # louder than SILENCE_DBFS
    level_dbfs: float  # over all received frames
    longest_gap_s: float  # the longest time in the window without a frame of sound
    sound_since: float | None  # the loop's time when the present stretch of sound began

    @property
    def is_sound(self) -> bool:
        """Whether anything but silence arrived."""
        return self.sound_frames > 0

    @property
    def sound_share(self) -> float:
        """Sound as a share of the 20 ms frames that the window has room for; a lost frame is no sound."""
        return min(1.0, self.sound_frames * FRAME_S / self.window_s)


def measure(frames: Iterable[Frame], now: float, window_s: float) -> Hearing:
    """Measure the frames of the last `window_s` seconds before `now`."""
    start = now - window_s
    received = sound = 0
    power = 0.0
    longest, last, since = 0.0, start, None
    for frame in frames:
        if frame.at < start:
            continue
        received += 1
        level = level_dbfs(frame.payload)
        power += 10 ** (level / 10)
        if level <= SILENCE_DBFS:
            continue
        sound += 1
        gap = frame.at - last
        longest = max(longest, gap)
        if since is None or gap > PAUSE_S:
            since = frame.at
        last = frame.at
    return Hearing(
        window_s=window_s,
        frames=received,
        sound_frames=sound,
        level_dbfs=10 * math.log10(power / received) if received else FLOOR_DBFS,
        longest_gap_s=max(longest, now - last),
        sound_since=since if now - last <= PAUSE_S else None,
    )


class SoundPort:
    """One UDP port for RTP: hears while `listens`, repeats `voice` when told to `speak`.

    `voice` is one frame of A-law: see `tone` and `QUIET`. Raises `PortTakenError`. Close it.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        host: str,
        port: int = 0,
        *,
        listens: bool = True,
        voice: bytes | None = None,
        memory_s: float = MEMORY_S,
    ) -> None:
        self._loop = loop
        self._listens = listens
        self._frames: deque[Frame] = deque(maxlen=max(1, round(memory_s / FRAME_S)))
        self._first_sound: asyncio.Future[bool] | None = None
        self._voice = voice
        self._timer: asyncio.TimerHandle | None = None
        self._remote: tuple[str, int] | None = None
        self._sent = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((host, port))
        except OSError as error:
            self._socket.close()
            raise PortTakenError(f"RTP port {host}:{port} cannot be opened: {error.strerror}") from error
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        if listens:
            loop.add_reader(self._socket, self._read)

    def heard(self, window_s: float = 1.0) -> Hearing:
        """Measure the last `window_s` seconds."""
        return measure(self._frames, self._loop.time(), window_s)

    async def sound(self, within_s: float) -> bool:
        """Wait until a frame of sound arrives; say whether one did."""
        self._first_sound = self._loop.create_future()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                return await self._first_sound
        return False

    def save(self, path: Path) -> None:
        """Write what is remembered as a 16-bit WAV; a pause between frames becomes silence."""
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            last: float | None = None
            for frame in self._frames:
                missing = 0 if last is None else round((frame.at - last) / FRAME_S) - 1
                if missing > 2:  # noqa: PLR2004 - two frames late is jitter, not a pause
                    file.writeframesraw(bytes(2 * FRAME_BYTES * missing))
                file.writeframesraw(
                    b"".join(LINEAR[code].to_bytes(2, "little", signed=True) for code in frame.payload)
                )
                last = frame.at

    def aim(self, host: str, port: int) -> None:
        """Take this address as the one to speak to."""
        self._remote = (host, port)

    def speak(self) -> None:
        """Repeat the voice from now on, where there is one."""
        if self._voice is not None and self._timer is None:
            self._say(self._loop.time())

    def be_quiet(self) -> None:
        """Stop sending; the ear stays open."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def close(self) -> None:
        """Close the port. What was heard can still be measured and saved."""
        self.be_quiet()
        if self._listens:
            self._listens = False
            self._loop.remove_reader(self._socket)
        self._socket.close()

    def _read(self) -> None:
        for _ in range(_READS_PER_WAKE):
            try:
                packet = self._socket.recv(_MAX_PACKET)
            except (BlockingIOError, ConnectionError):
                return
            payload = alaw_payload(packet)
            if payload is None:
                continue
            self._frames.append(Frame(self._loop.time(), payload))
            waiting = self._first_sound
            if waiting is not None and not waiting.done() and level_dbfs(payload) > SILENCE_DBFS:
                waiting.set_result(True)

    def _say(self, due: float) -> None:
        if self._remote is not None and self._voice is not None:
            header = (
                bytes((0x80, ALAW))
                + (self._sent & 0xFFFF).to_bytes(2, "big")
                + (self._sent * FRAME_BYTES & 0xFFFFFFFF).to_bytes(4, "big")
                + self.port.to_bytes(4, "big")  # the synchronisation source: any number of our own
            )
            with contextlib.suppress(OSError):  # a far end that has gone is no matter of ours
                self._socket.sendto(header + self._voice, self._remote)
            self._sent += 1
        due += FRAME_S
        self._timer = self._loop.call_at(due, self._say, due)


def alaw_payload(packet: bytes) -> bytes | None:
    """Return the samples of an RTP packet (RFC 3550 section 5.1), or None when it carries no A-law."""
    if len(packet) <= _RTP_HEADER or packet[0] >> 6 != 2 or packet[1] & 0x7F != ALAW:  # noqa: PLR2004 - version 2
        return None
    start = _RTP_HEADER + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:  # a header extension: its length in words stands after two bytes of its own
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    end = len(packet) - (packet[-1] if packet[0] & 0x20 else 0)
    return packet[start:end] or None


def write_sdp(
    host: str, port: int, session: int, version: int = 1, direction: Direction = "sendrecv"
) -> bytes:
    """Describe one A-law stream; keys go as SIP INFO, so that no telephone-event is offered.

    `sendonly` puts the far end on hold; each new description of a session has a higher `version`.
    """
    return (
        f"v=0\r\no=- {session} {version} IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP {ALAW}\r\na=rtpmap:{ALAW} PCMA/{RATE_HZ}\r\na=ptime:20\r\na={direction}\r\n"
    ).encode()


def read_sdp(body: bytes) -> SdpAudio | None:
    """Read where the far end wants its audio; None when the body announces none."""
    host, session_host, port, alaw = "", "", None, False
    for line in body.decode("ascii", "replace").splitlines():
        words = line.partition("=")[2].split()
        if line.startswith("c=") and len(words) == 3:  # noqa: PLR2004 - nettype, addrtype, address
            if port is None:
                session_host = words[2]
            else:
                host = host or words[2]
        elif port is None and (announced := _AUDIO.match(line)):
            port = int(announced[1])
            alaw = str(ALAW) in words[3:]
        elif line.startswith("m="):
            break
    return None if port is None else SdpAudio(host or session_host, port, alaw)
