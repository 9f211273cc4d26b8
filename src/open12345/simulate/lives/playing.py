"""Doing one act of a script through the platform's real services."""

from __future__ import annotations

from typing import Any

from open12345.callback import services as callbacks
from open12345.orders import services
from open12345.orders.models import Clock
from open12345.simulate.lives import sayings
from open12345.simulate.lives.steps import TAKE, Step, World


def perform(world: World, step: Step, number: str) -> str:
    """Do `step` to the order `number` ("" before it is registered); returns the number."""
    if step.act == TAKE:
        callbacks.take([number], by=step.by, at=step.at)
        return number
    said = quoted(step, number)
    if step.act == "register":
        return services.create("register", said, by=step.by, at=step.at).number
    if step.late and missed(step, number):
        said["late_reason"] = world.filled.late_reason
    services.perform(number, step.act, said, by=step.by, at=step.at)
    return number


def quoted(step: Step, number: str) -> dict[str, Any]:
    """Return what is said with an act, with the order's number and the place where they are quoted."""
    return {name: put(value, number, step.spot) for name, value in step.said.items()}


def put(value: Any, number: str, spot: str) -> Any:
    """Return a text with number and place put in; anything else as it is."""
    return value.replace(sayings.NUMBER, number).replace(sayings.SPOT, spot) if isinstance(value, str) else value


def missed(step: Step, number: str) -> bool:
    """Say whether the clock that the act answers to is over."""
    running = Clock.objects.filter(order__number=number, kind=step.late, stopped_at__isnull=True).order_by("pk")
    first = running.first()
    return first is not None and first.due_at < step.at
