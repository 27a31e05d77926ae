"""Sites for the tests: one with everything for the texts, small ones for a real Asterisk."""

from __future__ import annotations

import random
import socket
from dataclasses import replace
from pathlib import Path

from ivr.asterisk.errors import PortBusyError
from ivr.asterisk.process import check_ports
from ivr.asterisk.secrets import Secret, Secrets
from ivr.asterisk.site import FallbackQueue, Folders, Site, Telephone, TlsIdentity, Trunk
from ivr.toolbox import Library, find_program

RTP_PORTS = 100  # 25 calls of two legs
TRIES = 50

LIBRARY = Library(
    modules=Path("/usr/lib/asterisk/modules"),
    data=Path("/usr/share/asterisk"),
    sounds=Path("/usr/share/asterisk/sounds/en_US_f_Allison"),
    music=Path("/usr/share/asterisk/moh"),
)


def full_site() -> Site:
    """Return a site with every kind of trunk and telephone."""
    return Site(
        folders=Folders.below(Path("/srv/vaxel/asterisk")),
        library=LIBRARY,
        secrets=Secrets(
            ami=Secret("ami-password"),
            telephones={
                "anna": Secret("anna-password"),
                "bo": Secret("bo-password"),
                "olle": Secret("olle-password"),
                "citizen": Secret("c-password"),
            },
            trunks={"operator": Secret("trunk-password")},
        ),
        agents=(Telephone("anna"), Telephone("bo")),
        officers=(Telephone("olle"),),
        targets=(("601", "queue:school"), ("701", "officer:olle")),
        softphone=Telephone("citizen"),
        trunks=(
            Trunk(
                "operator",
                "registration",
                "sip.example.se",
                port=5061,
                username="46858028500",
                contact_user="+46858028500",
                transport="tls",
                srtp=True,
            ),
            Trunk("backup", "address", "192.0.2.10", transport="tcp", match=("192.0.2.0/28", "198.51.100.7")),
            Trunk("loop", "address", "127.0.0.1", watch_s=0),
        ),
        tls=TlsIdentity(
            Path("/srv/vaxel/tls/exchange.pem"), Path("/srv/vaxel/tls/exchange.key"), Path("/etc/ssl/cas.pem")
        ),
        apology=Path("/srv/vaxel/prompts/apology"),
        queues=(
            FallbackQueue("school", 20.0, 15.0, False),
            FallbackQueue("social-services", 20.0, 30.0, True),
        ),
        persons=(("+46858028500", "school"), ("0858028500", "school")),
        default_queue="school",
    )


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a port of loopback that nobody has."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def on_free_ports(site: Site) -> Site:
    """Return the site on free ports of loopback."""
    for _ in range(TRIES):
        first = random.randrange(20_000, 32_000, 2)  # below the ports that the kernel gives away itself
        moved = replace(
            site,
            sip_host="127.0.0.1",
            sip_port=free_port(socket.SOCK_DGRAM),
            rtp_first=first,
            rtp_last=first + RTP_PORTS - 1,
            agi_port=free_port(),
            ami_port=free_port(),
        )
        try:
            check_ports(moved)
        except PortBusyError:
            continue
        return moved
    raise AssertionError(f"no free ports for a site after {TRIES} tries")


def small_site(folder: Path, **changes: object) -> Site:
    """Return a site for a real Asterisk, with a trunk to whoever listens at that trunk's port."""
    site = Site(
        folders=Folders.below(folder),
        library=find_program("asterisk").library(),
        secrets=Secrets(
            ami=Secret("ami-password"),
            telephones={"anna": Secret("anna-password"), "citizen": Secret("citizen-password")},
        ),
        agents=(Telephone("anna"),),
        softphone=Telephone("citizen"),
        trunks=(Trunk("loop", "address", "127.0.0.1", port=free_port(socket.SOCK_DGRAM), watch_s=0),),
    )
    return on_free_ports(replace(site, **changes))  # type: ignore[arg-type]  # the caller names fields of Site
