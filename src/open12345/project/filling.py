"""What an instance must hold before its doors open: tables, a pack, in a demo also its people."""

from itertools import groupby

from django.utils import timezone
from rich.console import Console

from open12345.directory import packs
from open12345.directory.demo import ensure_demo_staff
from open12345.directory.person import SYSTEM
from open12345.directory.queries import demo_accounts
from open12345.policy import Pack, PackError, find_pack, read_pack
from open12345.project import database
from open12345.project import demo as lived_in
from open12345.project.demo import facilities
from open12345.project.problems import EnvironmentProblem


def fill(pack_name: str, *, demo: bool, console: Console) -> None:
    """Migrate, load the pack, fill the demo: only what is not done yet."""
    if database.waiting_migrations():
        with console.status("tables …"):
            database.migrate(verbosity=0)
        console.print("tables    up to date")
    pack = _load(pack_name)
    console.print(f"pack      {pack.id} {pack.title} ({pack.hotline})")
    if demo:
        made = ensure_demo_staff(pack, timezone.now())
        console.print(f"people    {made} new demo accounts" if made else "people    there already")
        facilities.fill(pack, console)
        lived_in.fill(console)


def fill_behind(console: Console) -> None:
    """Write the history behind a demo's stories, beside whatever the desks do meanwhile; only what is not done yet."""
    from open12345.project.demo import appraised, history, papers  # noqa: PLC0415 - the simulator is loaded for a demo alone

    history.fill(packs.pack_at(timezone.now())[1].id, console)
    appraised.fill(console)
    papers.fill(console)


def _load(name: str) -> Pack:
    """Load the pack unless it rules already; one instance serves one pack."""
    try:
        pack = read_pack(find_pack(name))
    except PackError as error:
        problems = "\n  ".join(str(problem) for problem in error.problems)
        raise EnvironmentProblem(
            f"The pack {name} is not in order:\n  {problems}", f"Try: open12345 check-pack {name}"
        ) from error
    _refuse_other_pack(pack)
    packs.ensure_pack(pack, by=SYSTEM, at=timezone.now())
    return pack


def _refuse_other_pack(pack: Pack) -> None:
    try:
        ruling = packs.pack_at(timezone.now())[1]
    except packs.NoPack:
        return
    if ruling.id != pack.id:
        raise EnvironmentProblem(
            f"This instance serves the pack {ruling.id}, not {pack.id}.",
            f"Give the other one a folder of its own: OPEN12345_HOME=var-{pack.id} PACK={pack.id}",
        )


def welcome(address: str, *, demo: bool, console: Console) -> None:
    """Tell where to go and whom one may enter as."""
    console.print(f"\nOpen12345 is ready: [bold]{address}[/bold]   (Ctrl-C stops everything)")
    if not demo:
        return
    console.print("Sign-in offers “enter as …” for these accounts, without password:")
    for role, accounts in groupby(demo_accounts(), key=lambda account: account.role_name):
        found = list(accounts)
        more = f" … {len(found)} in all" if len(found) > 3 else ""  # noqa: PLR2004 - a line's worth
        names = ", ".join(f"{a.name} ({a.username})" for a in found[:3])
        console.print(f"  {role}: {names}{more}", soft_wrap=True)
