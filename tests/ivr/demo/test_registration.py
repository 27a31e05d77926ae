"""Registering, staying registered, and what happens when the server says no or nothing."""

from __future__ import annotations

import asyncio

import pytest

from ivr.demo.dialog import Account
from ivr.demo.outcomes import TimedOut
from ivr.demo.registration import Refused, Registered
from ivr.demo.telephone import Telephone
from tests.fakes.registrar import FakeRegistrar
from tests.ivr.ami.virtual_time import run


def telephone(registrar: FakeRegistrar, password: str = "secret") -> Telephone:  # noqa: S107 - no real one
    return Telephone(Account("anna", password, registrar.address))


def test_the_password_answers_the_challenge_and_closing_takes_the_binding_back() -> None:
    async def scene() -> None:
        async with FakeRegistrar("anna", "secret") as registrar:
            async with telephone(registrar) as phone:
                assert await phone.register(5.0, expires_s=600) == Registered(300)
                assert phone.is_registered
            assert registrar.bindings == [300, 0]

    run(scene())


def test_a_wrong_password_is_refused_after_two_tries() -> None:
    async def scene() -> None:
        async with FakeRegistrar("anna", "secret") as registrar, telephone(registrar, "wrong") as phone:
            assert await phone.register(5.0) == Refused(401)
            assert not phone.is_registered
            assert len(registrar.asked_at) == 2

    run(scene())


def test_a_registration_is_refreshed_at_half_its_granted_life() -> None:
    async def scene() -> None:
        async with FakeRegistrar("anna", "secret") as registrar, telephone(registrar) as phone:
            await phone.register(5.0, expires_s=600)
            registrar.nonce = "n2"  # what the next refresh is challenged with
            await asyncio.sleep(310.0)
            assert registrar.bindings == [300, 300, 300]
            assert [round(at) for at in registrar.asked_at] == [0, 0, 150, 150, 300, 300]

    run(scene())


def test_a_failed_refresh_is_tried_again_soon() -> None:
    async def scene() -> None:
        async with FakeRegistrar("anna", "secret") as registrar, telephone(registrar) as phone:
            await phone.register(5.0, expires_s=600)
            registrar.ignores = 1000
            await asyncio.sleep(157.0)
            assert not phone.is_registered
            registrar.ignores = 0
            await asyncio.sleep(10.0)
            assert phone.is_registered

    run(scene())


def test_a_silent_server_is_a_time_out() -> None:
    async def scene() -> None:
        async with FakeRegistrar("anna", "secret", ignores=100) as registrar, telephone(registrar) as phone:
            assert await phone.register(3.0) == TimedOut(3.0)

    run(scene())


def test_lost_requests_are_sent_again_at_growing_intervals() -> None:
    """RFC 3261 section 17.1.2: .5, 1, 2, 4, then every 4 s, for 32 s in all."""

    async def scene() -> None:
        async with FakeRegistrar("anna", "secret", ignores=100) as registrar, telephone(registrar) as phone:
            assert await phone.register(100.0) == TimedOut(100.0)
            assert registrar.asked_at == pytest.approx(
                [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5], abs=0.01
            )

    run(scene())


def test_a_lost_request_is_no_loss() -> None:
    async def scene() -> None:
        async with FakeRegistrar("anna", "secret", ignores=2) as registrar, telephone(registrar) as phone:
            assert await phone.register(5.0, expires_s=60) == Registered(30)

    run(scene())
