"""The wire between Asterisk and the engine: when each packet passed, by the kernel's clock.

Owns the capture of one TCP port on loopback and the reading of one figure from it: how long the engine
takes from an AGI answer to its next command. Needs root (a packet socket); reads no contents beyond
whether a packet carries any.
"""

from __future__ import annotations

import os
import socket
import struct
import threading
from dataclasses import dataclass, field
from typing import Self

ETH_P_IP = 0x0800
SO_TIMESTAMPNS = 35
PACKET_OUTGOING = 4  # on loopback each packet is seen twice: going out and coming in
TCP = 6
BUFFER_BYTES = 1 << 25


def may_capture() -> bool:
    """Tell whether this process may open a packet socket."""
    return os.geteuid() == 0


@dataclass(slots=True)
class Wire:
    """Capture while open: `with Wire(port) as wire: …; wire.reactions_s`."""

    port: int
    reactions_s: list[float] = field(default_factory=list)
    _answered_at: dict[int, float] = field(default_factory=dict)
    _socket: socket.socket | None = None
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Begin to listen, in a thread of its own."""
        packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
        packets.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        packets.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        packets.bind(("lo", ETH_P_IP))
        packets.settimeout(0.2)
        self._socket = packets
        self._thread = threading.Thread(target=self._listen, args=(packets,), name="wire")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        packets, self._socket = self._socket, None
        if self._thread is not None:
            self._thread.join()
        if packets is not None:
            packets.close()

    def _listen(self, packets: socket.socket) -> None:
        while self._socket is not None:
            try:
                data, ancillary, _, address = packets.recvmsg(128, 64)
            except TimeoutError:
                continue
            if address[2] != PACKET_OUTGOING and data[9] == TCP:
                seconds, nanoseconds = struct.unpack("ll", ancillary[0][2][:16])
                self._take(data, seconds + nanoseconds / 1e9)

    def _take(self, packet: bytes, at: float) -> None:
        """Take one IP packet: an answer starts the watch of its connection, the next command stops it."""
        header = (packet[0] & 15) * 4
        length = struct.unpack("!H", packet[2:4])[0]
        source, target = struct.unpack("!HH", packet[header : header + 4])
        carried = length - header - (packet[header + 12] >> 4) * 4
        if carried <= 0:
            return
        if target == self.port:
            self._answered_at[source] = at
        elif source == self.port and (answered_at := self._answered_at.pop(target, None)) is not None:
            self.reactions_s.append(at - answered_at)
